import { type Check, check, failed, passed } from './check.ts';
import { wholeCluster } from './subjects.ts';

/** What the nodes show to a database that asks for a certificate. */
export const databaseClientChecks: readonly Check[] = [
  check({
    id: 'database.client', group: 'database', about: wholeCluster,
    title: 'The certificate that is shown to the database is here, and so is its key',
    why: 'A server that asks for a certificate refuses every login without one, and Grafana does not start without the files that its config names.',
    fix: 'Name both under [database] of the cluster file: client_cert = PATH, and client_key = a source such as file:PATH. The key must not be encrypted: Grafana has no way to be told its passphrase.',
    judge: ({ facts: { local: { databaseClientCert: cert, databaseClientKey: key } } }, { cluster: { database: { client } } }) => {
      if (client === undefined || cert === undefined || key === undefined) return undefined;
      const expected = 'a certificate and its key, both PEM';
      if (!cert.ok) return failed({ code: 'no-certificate', found: cert.missing, expected, hint: `ls -l ${client.cert}` });
      if (!/-----BEGIN CERTIFICATE-----/.test(cert.text)) return failed({ code: 'no-pem', found: `${client.cert} holds no PEM certificate`, expected, hint: `openssl x509 -in ${client.cert} -noout -subject` });
      if (!key.ok) return failed({ code: 'no-key', found: key.missing, expected, hint: key.hint });
      const text = key.secret.reveal();
      if (/BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type: 4,ENCRYPTED/m.test(text)) return failed({ code: 'encrypted-key', found: 'the key is encrypted with a passphrase', expected: 'a key without one', hint: 'openssl pkey -in KEY -out PLAIN-KEY' });
      return /-----BEGIN (\w+ )*PRIVATE KEY-----/.test(text) ? passed() : failed({ code: 'no-pem-key', found: 'the key is no PEM private key', expected, hint: 'openssl pkey -in KEY -noout' });
    },
  }),
];
