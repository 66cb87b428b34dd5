import { expect } from 'chai';

import { ConfigError, readConfig } from '../../server/config.ts';

describe('settings', () => {
  it('have defaults for everything', () => {
    const config = readConfig({});
    expect(config).to.include({
      port: 8080,
      host: '127.0.0.1',
      storeUrl: 'sqlite',
      chainUrl: 'embedded',
      confirmations: 0,
    });
  });

  it('take an empty variable as an unset one', () => {
    expect(readConfig({ PORT: '' }).port).to.equal(8080);
  });

  for (const [name, value] of [
    ['PORT', '70000'],
    ['PORT', 'eighty'],
    ['STORE_URL', 'mysql://somewhere'],
    ['CHAIN_URL', 'ftp://somewhere'],
    ['CONFIRMATIONS', '-1'],
    ['LOG_LEVEL', 'loud'],
  ] as const) {
    it(`say that ${name}=${value} is wrong, and name it`, () => {
      expect(() => readConfig({ [name]: value })).to.throw(ConfigError, new RegExp(`^${name} is "${value}"`));
    });
  }

  it('name every wrong one at once', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'y' })).to.throw(ConfigError, /PORT.*LOG_LEVEL/);
  });
});
