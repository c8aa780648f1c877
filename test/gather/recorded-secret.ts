/** Rows that a Grafana 12.2 with its public default key wrote into a PostgreSQL of a test. */
export const signingKey = [
  'I1pXYzFOVzR5Ym1aM2NIRjBZMk0jKllXVnpMV05tWWcqUHpMVTZ4ZXf5UCWc+KTp6CvE4qH5NZzL1Xh0fG+HKDwpW5z9rtYT+tnk',
  'yhUJu2f2Ngvw1RYHP/TJJdgOSj5w3kjkI1H9cMMiCugDyUx8R4B3F9RUSCFG2DN4QY6QmFrVn62FTLcgc1snI2dSyulVWBPuKHLY',
  'IYbxBj7fPRBonl/5vKr7ENKjSz2DQuZgqSsg7nZ7cnKBk78L4UF89eqe285tkgF6jH4kXcVKyR8vrjiaWPU63jlmmhAEu+vZ2d+O',
  'ngMrLUaLnfTIhLdP69Frhv2VSTSIYDt43EskWBpTgCydu+cZtQf8vbTqsEHP8PkCZP33U1Hk/QCpogu7OSucxqEgJFqnShTZig',
].join('');
export const dataKey = { name: 'eg55n2nfwpqtcc', bytes: Buffer.from('2a5957567a4c574e6d59672a58666953585549728a6da4efb8f12a65dbe66ee8eccf38814c3975bcbe879b184d94c039a989c497', 'hex') };
export const publicKey = 'SW2YcwTIb9zpOOhoPsMm';
