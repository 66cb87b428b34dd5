/** The vectors of records and receipts, run from their JSON alone. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ProtocolError } from '../../protocol/errors.ts';
import { keyId } from '../../protocol/key.ts';
import { signedHash, verifyReceipt } from '../../protocol/receipt.ts';
import { discloseRecord, parseDisclosure, recordRoot, rootOfDisclosure, saltOf } from '../../protocol/record.ts';
import type { BrokenDisclosure, ReceiptVector, RecordVector } from './stories/records.ts';
import { vectorFiles } from './support/files.ts';

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('vectors of records and receipts', () => {
  for (const { name, path } of vectorFiles('records')) {
    it(name, () => {
      if (name.startsWith('records/invalid')) {
        const { root, disclosure, fault } = read(path) as BrokenDisclosure;
        if (fault === 'root') expect(rootOfDisclosure(disclosure)).to.not.equal(root);
        else
          expect(() => parseDisclosure(disclosure))
            .to.throw(ProtocolError)
            .with.property('code', 'DISCLOSURE');
        return;
      }
      const { record, salts, root, disclosures } = read(path) as RecordVector;
      expect(recordRoot(record)).to.equal(root);
      expect(record.fields.map((_, i) => saltOf(record.seed, i))).to.deep.equal(salts);
      for (const { shown, disclosure } of disclosures) {
        expect(discloseRecord(record, shown)).to.deep.equal(disclosure);
        expect(rootOfDisclosure(parseDisclosure(disclosure))).to.equal(root);
      }
    });
  }

  for (const { name, path } of vectorFiles('receipts')) {
    it(name, () => {
      const { foundingHash, receipt, key, hash, verifies } = read(path) as ReceiptVector;
      const enrolled = { ...key, acts: 0, id: keyId(key), number: 1, revokedAt: 0, marks: 0 };
      expect(verifyReceipt(receipt, enrolled, foundingHash)).to.equal(verifies);
      if (verifies) expect(signedHash(receipt, foundingHash)).to.equal(hash);
    });
  }
});
