import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, readConfig } from '../src/config.ts';

test('without any variable there is a configuration that works', () => {
  const config = readConfig({ PATH: '/bin' });
  assert.deepEqual(
    [config.host, config.port, config.demo, config.shards, config.exchangeUrl],
    ['127.0.0.1', 8080, true, 2, null],
  );
});

const BAD: [name: string, value: string, sentence: RegExp][] = [
  ['OUTCRY_PORT', 'eighty', /OUTCRY_PORT must be a whole number from 0 to 65535, was "eighty"/],
  ['OUTCRY_PORT', '65536', /OUTCRY_PORT must be a whole number/],
  ['OUTCRY_PORT', '-1', /OUTCRY_PORT must be a whole number/],
  ['OUTCRY_PORT', '80.5', /OUTCRY_PORT must be a whole number/],
  ['OUTCRY_EXCHANGE_URL', 'not a url', /OUTCRY_EXCHANGE_URL must be a URL/],
  ['OUTCRY_EXCHANGE_URL', 'ftp://127.0.0.1', /OUTCRY_EXCHANGE_URL must be a URL/],
  ['OUTCRY_EXCHANGE_URL', 'http://me:secret@127.0.0.1', /OUTCRY_EXCHANGE_URL must be a URL/],
  ['OUTCRY_EXCHANGE_URL', 'http://127.0.0.1/v1', /OUTCRY_EXCHANGE_URL must be a URL/],
  ['OUTCRY_DEMO', 'yes', /OUTCRY_DEMO must be 0 or 1, was "yes"/],
  ['OUTCRY_SPEED', '0', /OUTCRY_SPEED must be a number/],
  ['OUTCRY_LOG_LEVEL', 'loud', /OUTCRY_LOG_LEVEL must be one of/],
  ['OUTCRY_HOST', 'nowhere', /OUTCRY_HOST must be an IP address/],
  ['OUTCRY_FEE_BPS', '10001', /OUTCRY_FEE_BPS must be a whole number from 0 to 10000/],
  ['OUTCRY_FEE_MIN_IN_CENTS', '20000', /OUTCRY_FEE_MIN_IN_CENTS is above OUTCRY_FEE_MAX_IN_CENTS/],
  ['OUTCRY_PROT', '1', /OUTCRY_PROT is not a setting of Outcry/],
];

for (const [name, value, sentence] of BAD) {
  test(`${name}=${value} is refused with a sentence`, () => {
    assert.throws(
      () => readConfig({ [name]: value }),
      (error) => error instanceof ConfigError && sentence.test(error.message),
    );
  });
}
