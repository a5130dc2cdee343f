#!/usr/bin/env -S node --
import '../dist/bundle/bus.js';
