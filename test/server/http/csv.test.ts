import { expect } from 'chai';

import { csvLine } from '../../../server/http/csv.ts';

describe('a line of CSV', () => {
  it('quotes what would end a cell or a line', () => {
    expect(csvLine(['a,b', 'say "x"', 'two\nlines', 'plain', 7, true, undefined])).to.equal(
      '"a,b","say ""x""","two\nlines",plain,7,true,\r\n',
    );
  });

  it('has no cell that a spreadsheet takes for a formula', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r', '\n']) {
      expect(csvLine([`${start}1+1`]), JSON.stringify(start)).to.match(/^"?'/);
    }
    expect(csvLine(['=1,2'])).to.equal('"\'=1,2"\r\n');
    expect(csvLine([-5]), 'a number is no text').to.equal('-5\r\n');
  });
});
