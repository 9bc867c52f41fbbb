#!/usr/bin/env bash
# Plants faults in a copy of the source, one at a time, and says by which seed of the simulation each is found.
#
#   tests/simulation/planted.sh [NAME …]        all of tests/simulation/planted/*.patch, or those named
#
# SIM_SEEDS (500) is how many seeds may be needed. The copy is built in a folder of its own: cargo could not tell its
# libraries from those of the source without the fault.
set -euo pipefail
cd "$(git -C "$(dirname "$0")" rev-parse --show-toplevel)"
here=$PWD
copy=${TARGET:-$here/target/planted}
mkdir -p "$copy/source"
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for patch in tests/simulation/planted/*.patch; do names+=("$(basename "$patch" .patch)"); done
fi
missed=0
for name in "${names[@]}"; do
  # Files that are the same are left alone, so that only what differs is built again.
  git ls-files | while read -r file; do
    cmp -s "$file" "$copy/source/$file" || install -D "$file" "$copy/source/$file"
  done
  (cd "$copy/source" && find . -type f -printf '%P\n') | sort | comm -23 - <(git ls-files | sort) |
    while read -r file; do rm "$copy/source/$file"; done
  if ! (cd "$copy/source" && patch --silent --no-backup-if-mismatch -p1 <"$here/tests/simulation/planted/$name.patch"); then
    echo "$name: the patch does not apply"
    missed=1
    continue
  fi
  # The program itself is not needed.
  echo "fn main() {}" >"$copy/source/src/main.rs"
  log="$copy/$name.log"
  if (cd "$copy/source" && SIM_SEEDS=${SIM_SEEDS:-500} CARGO_TARGET_DIR="$copy/target" \
    cargo test --test simulation nothing_is >"$log" 2>&1); then
    echo "$name: NOT FOUND by ${SIM_SEEDS:-500} seeds"
    missed=1
  elif grep -q '^seed ' "$log"; then
    echo "$name: found: $(grep -m1 '^seed ' "$log")"
  else
    echo "$name: does not build, see $log"
    missed=1
  fi
done
exit $missed
