import { expect } from 'chai';

import { newToken } from '../../../server/http/token.ts';
import { onEachEngine, type Place } from '../../support/stores.ts';

onEachEngine('the first token', (newPlace) => {
  let place: Place;
  beforeEach(async () => {
    place = await newPlace();
  });
  afterEach(() => place.leave());

  it('is made once, however many ask at once', async () => {
    const stores = [await place.open()];
    if (place.shared) stores.push(await place.open());
    const asked = [...stores, ...stores, ...stores].map(({ tokens }) => {
      const { id, hash } = newToken();
      return tokens.createFirst({ id, hash, name: 'operator', role: 'operator', participant: 1, createdAt: 1 });
    });
    expect((await Promise.all(asked)).filter(Boolean)).to.have.length(1);
    expect(await stores[0]!.tokens.list()).to.have.length(1);
  });
});
