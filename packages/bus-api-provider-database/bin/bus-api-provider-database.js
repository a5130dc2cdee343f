#!/usr/bin/env -S node --
import '../dist/bundle/bus-api-provider-database.js';
