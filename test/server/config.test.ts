import { expect } from 'chai';

import { ConfigError, readConfig } from '../../server/config.ts';

describe('settings', () => {
  it('have defaults for everything', () => {
    const config = readConfig({});
    expect(config).to.include({
      port: 8080,
      host: '127.0.0.1',
      storeUrl: 'sqlite',
      chainUrls: 'embedded',
      finality: 0,
    });
  });

  it('take a number of blocks or a tag for finality', () => {
    expect(readConfig({ CONFIRMATIONS: '12' }).finality).to.equal(12);
    expect(readConfig({ CONFIRMATIONS: 'finalized' }).finality).to.equal('finalized');
  });

  it('take an empty variable as an unset one', () => {
    expect(readConfig({ PORT: '' }).port).to.equal(8080);
  });

  for (const [name, value] of [
    ['PORT', '70000'],
    ['PORT', 'eighty'],
    ['STORE_URL', 'mysql://somewhere'],
    ['CHAIN_URL', 'ftp://somewhere'],
    ['CHAIN_URL', 'http://127.0.0.1:1,embedded'],
    ['CHAIN_URL', 'http://127.0.0.1:1,http://127.0.0.1:1'],
    ['CONFIRMATIONS', '-1'],
    ['CONFIRMATIONS', 'latest'],
    ['LOG_LEVEL', 'loud'],
    ['REQUEST_DEADLINES', 'parking-ticket=3d'],
    ['REQUEST_DEADLINES', 'police-cooperation=soon'],
    ['REQUEST_DEADLINES', 'police-cooperation=0d'],
    ...[
      'FR-PN',
      'fr-pn=http://127.0.0.1',
      'FR-PN=ftp://127.0.0.1',
      'FR-PN=gateway.example',
      'FR-PN=http://user:secret@127.0.0.1',
      'FR-PN=http://127.0.0.1/?to=elsewhere',
      'FR-PN=http://127.0.0.1/#part',
      'FR-PN=http://127.0.0.1,FR-PN=http://127.0.0.2',
    ].map((peers) => ['PEERS', peers] as const),
  ] as const) {
    it(`say that ${name}=${value} is wrong, and name it`, () => {
      expect(() => readConfig({ [name]: value }))
        .to.throw(ConfigError)
        .with.property('message')
        .that.satisfies((message: string) => message.startsWith(`${name} is ${JSON.stringify(value)}`));
    });
  }

  it('name one node of a network, or several', () => {
    const chainUrls = (value: string): unknown => readConfig({ CHAIN_URL: value }).chainUrls;
    expect(chainUrls('http://127.0.0.1:1')).to.deep.equal(['http://127.0.0.1:1']);
    expect(chainUrls('http://127.0.0.1:1, https://node.example/rpc')).to.deep.equal([
      'http://127.0.0.1:1',
      'https://node.example/rpc',
    ]);
  });

  it('name the gateways that dossiers are sent to', () => {
    const { peers } = readConfig({
      PEERS: ' FR-PN=https://gateway.pn.example, NL-POL=http://127.0.0.1:8082/unbroken ,',
    });
    expect([...peers].map(([code, url]) => `${code} ${url.href}`)).to.deep.equal([
      'FR-PN https://gateway.pn.example/',
      'NL-POL http://127.0.0.1:8082/unbroken',
    ]);
    expect(readConfig({}).peers.size).to.equal(0);
  });

  it('name every wrong one at once', () => {
    expect(() => readConfig({ PORT: 'x', LOG_LEVEL: 'y' })).to.throw(ConfigError, /PORT.*LOG_LEVEL/);
  });
});
