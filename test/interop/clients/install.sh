#!/usr/bin/env bash
# Puts the unmodified third-party TUF clients of the interop tests into one folder.
#
#   install.sh DIR [--only python,go,tuftool,cosign]
#
# One line per client: installed, present, skipped (its toolchain is not here) or failed (with its log).
# Run it again at will: a client whose stamp fits is left alone. Everything lands in DIR, except what pip,
# go and cargo keep in their own user caches. Exit 0, or 1 when an installation was tried and failed.
set -uo pipefail

cosign_version=v3.1.3
tuftool_version=0.17.0

usage() { echo 'usage: install.sh DIR [--only python,go,tuftool,cosign]' >&2; exit 2; }

dir='' only=python,go,tuftool,cosign
while [ $# -gt 0 ]; do
  case $1 in
    --only) [ $# -ge 2 ] || usage; only=$2; shift 2 ;;
    --only=*) only=${1#--only=}; shift ;;
    -*) usage ;;
    *) [ -z "$dir" ] || usage; dir=$1; shift ;;
  esac
done
[ -n "$dir" ] || usage
for client in ${only//,/ }; do
  case $client in python|go|tuftool|cosign) ;; *) usage ;; esac
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$dir" || exit 1
dir=$(cd "$dir" && pwd)
failures=0

have() { command -v "$1" > /dev/null 2>&1; }
pinned() { sed -n "s/^$1==//p" "$here/python/requirements.txt"; }
required() { sed -n 's/^require .*go-tuf\/v2 v//p' "$here/go/go.mod"; }
digest() { cat "$@" | { sha256sum 2> /dev/null || shasum -a 256; } | cut -c1-16; }

# The stamp is written last: its first line is the version, its second what that version was built from.
# install NAME PROGRAM VERSION SOURCE BUILD: BUILD runs in a fresh folder DIR/NAME and leaves PROGRAM there.
install() {
  local name=$1 program=$2 version=$3 source=$4 build=$5 home=$dir/$1 log=$dir/$1.log started=$SECONDS
  if [ -x "$home/$program" ] && [ "$(cat "$home/stamp" 2> /dev/null)" = "$version"$'\n'"$source" ]; then
    echo "$name $version: present"
    return
  fi
  rm -rf "$home" && mkdir -p "$home"
  if (cd "$home" && "$build") < /dev/null > "$log" 2>&1; then
    printf '%s\n%s\n' "$version" "$source" > "$home/stamp"
    rm -f "$log"
    echo "$name $version: installed in $((SECONDS - started)) s"
  else
    failures=1
    echo "$name $version: failed after $((SECONDS - started)) s, see $log"
  fi
}

skip() { echo "$1: skipped, $2"; }

build_python() {
  python3 -m venv venv && venv/bin/python -m pip install --quiet --requirement "$here/python/requirements.txt"
}

build_go() { CGO_ENABLED=0 go build -C "$here/go" -trimpath -buildvcs=false -o "$PWD/go-tuf-client" .; }

build_cosign() {
  CGO_ENABLED=0 GOBIN=$PWD go install -trimpath -ldflags='-s -w' "github.com/sigstore/cosign/v3/cmd/cosign@$cosign_version"
}

build_tuftool() {
  CARGO_TARGET_DIR=$PWD/build cargo install tuftool --version "$tuftool_version" --locked --root "$PWD" && rm -rf build
}

for client in ${only//,/ }; do
  case $client in
    python)
      if ! have python3; then skip python-tuf 'there is no python3'
      elif ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' 2> /dev/null; then
        skip python-tuf 'python3 is older than 3.10 or lacks venv'
      else install python-tuf venv/bin/python "$(pinned tuf)" "$(digest "$here/python/requirements.txt")" build_python
      fi ;;
    go)
      if have go; then install go-tuf go-tuf-client "$(required)" "$(digest "$here"/go/{go.mod,go.sum,main.go})" build_go
      else skip go-tuf 'there is no go'
      fi ;;
    tuftool)
      if ! have cargo; then skip tuftool 'there is no cargo'
      elif ! have cc; then skip tuftool 'there is no C compiler, which its TLS library needs'
      else install tuftool bin/tuftool "$tuftool_version" registry build_tuftool
      fi ;;
    cosign)
      if have go; then install cosign cosign "${cosign_version#v}" registry build_cosign
      else skip cosign 'there is no go'
      fi ;;
  esac
done
exit "$failures"
