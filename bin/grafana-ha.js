#!/usr/bin/env node
'use strict';
// Old syntax on purpose: an old Node must be able to read this far and say what is wrong.
var version = process.versions.node.split('.');
var major = Number(version[0]);
if (major < 20 || (major === 20 && Number(version[1]) < 19)) {
  process.stderr.write('grafana-ha needs Node 20.19 or newer, this is ' + process.versions.node + '.\n');
  process.exit(2);
}
require('../dist/cli.cjs').main(process.argv, require('path').join(__dirname, '..'));
