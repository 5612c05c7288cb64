"""A command line around python-tuf's own Updater, nothing added and nothing relaxed.

client.py init FILE  --metadata-dir D
client.py refresh    --metadata-dir D --metadata-url U
client.py download   --metadata-dir D --metadata-url U --target-name N [--target-name N ...]
                     --target-base-url T --target-dir O

The verb may stand before or after the options. Exit 0: done. 1: refused or failed, with the reason on
stderr. 2: wrong usage. `download` prints one JSON line per verified target: {"name": ..., "path": ...}.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from tuf.ngclient import Updater


def parse(argv):
    parser = argparse.ArgumentParser(description="a stock python-tuf client")
    parser.add_argument("verb", choices=["init", "refresh", "download"])
    parser.add_argument("root_file", nargs="?")
    parser.add_argument("--metadata-dir", required=True)
    parser.add_argument("--metadata-url")
    parser.add_argument("--target-name", action="append", default=[])
    parser.add_argument("--target-base-url")
    parser.add_argument("--target-dir")
    options = parser.parse_intermixed_args(argv)
    required = {
        "init": ["root_file"],
        "refresh": ["metadata_url"],
        "download": ["metadata_url", "target_name", "target_base_url", "target_dir"],
    }[options.verb]
    for name in required:
        if not getattr(options, name):
            parser.error(f"{options.verb} needs {name.replace('_', '-')}")
    return options


def init(options):
    # The constructor verifies the root and stores it; it asks the network for nothing.
    root = Path(options.root_file).read_bytes()
    Updater(options.metadata_dir, "http://unused.invalid/", bootstrap=root)


def stored_root_updater(options):
    return Updater(
        options.metadata_dir,
        options.metadata_url,
        target_dir=options.target_dir,
        target_base_url=options.target_base_url,
        bootstrap=None,
    )


def refresh(options):
    stored_root_updater(options).refresh()


def download(options):
    os.makedirs(options.target_dir, exist_ok=True)
    updater = stored_root_updater(options)
    updater.refresh()
    for name in options.target_name:
        target = updater.get_targetinfo(name)
        if target is None:
            raise LookupError(f"no such target: {name}")
        path = updater.find_cached_target(target) or updater.download_target(target)
        print(json.dumps({"name": name, "path": os.path.abspath(path)}), flush=True)


def main():
    options = parse(sys.argv[1:])
    try:
        {"init": init, "refresh": refresh, "download": download}[options.verb](options)
    except Exception as error:  # whatever python-tuf raises is its answer
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
