#!/bin/sh
# Packs the packages that are installed together into a folder: scripts/pack.sh FOLDER. They have to be built.
set -eu
mkdir -p -- "$1"
folder=$(cd -- "$1" && pwd)
cd -- "$(dirname -- "$0")/.."
for package in packages/*/; do
  npm pack --silent --ignore-scripts --pack-destination "$folder" "./$package"
done
