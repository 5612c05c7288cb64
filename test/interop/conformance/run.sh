#!/usr/bin/env bash
# Runs the TUF conformance suite against `countersign guard conformance`, as built in dist/.
#
#   run.sh SUITE [PYTEST-OPTION…]
#
# SUITE is a checkout of theupdateframework/tuf-conformance. What it needs (its pyproject.toml: pytest, python-tuf,
# securesystemslib) goes into a virtual environment, .interop/conformance here unless COUNTERSIGN_INTEROP_DIR says
# otherwise; `faketime` must be on the PATH. There is no list of expected failures: every test counts. About four minutes.
set -euo pipefail

suite=${1:?usage: run.sh SUITE [PYTEST-OPTION…]}
shift
suite=$(cd "$suite" && pwd)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../../.." && pwd)
environment=${COUNTERSIGN_INTEROP_DIR:-$project/.interop}/conformance

command -v faketime > /dev/null || { echo 'run.sh: faketime is not here (Debian: apt-get install faketime)' >&2; exit 2; }
stamp=$environment/stamp
wanted=$(sha256sum "$suite/pyproject.toml" | cut -c1-16)
if [ "$(cat "$stamp" 2> /dev/null)" != "$wanted" ]; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  mapfile -t packages < <("$environment/bin/python" -c 'import sys, tomllib
print(*tomllib.load(open(sys.argv[1], "rb"))["project"]["dependencies"], sep="\n")' "$suite/pyproject.toml")
  "$environment/bin/pip" install --quiet "${packages[@]}"
  echo "$wanted" > "$stamp"
fi
[ -e "$project/dist/.complete" ] || npm --prefix "$project" run build

cd "$suite"
export PYTHONDONTWRITEBYTECODE=1
exec "$environment/bin/python" -m pytest --quiet -p no:cacheprovider tuf_conformance --entrypoint "$here/client" "$@"
