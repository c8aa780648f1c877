import type { Check } from './check.ts';
import { databaseConnectionChecks } from './database-connections.ts';
import { databaseEndpointChecks } from './database-endpoint.ts';
import { databaseMigrationChecks } from './database-migrations.ts';
import { databasePrimaryChecks } from './database-primary.ts';
import { databaseSecretChecks } from './database-secrets.ts';
import { databaseVersionChecks } from './database-version.ts';

/** What the server is behind the login. */
export const databaseServerChecks: readonly Check[] = [...databaseEndpointChecks, ...databasePrimaryChecks, ...databaseVersionChecks, ...databaseConnectionChecks, ...databaseMigrationChecks, ...databaseSecretChecks];
