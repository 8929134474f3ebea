#!/usr/bin/env bash
# The platform's one command. `./deploy.sh help` shows what it can do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
Usage: ./deploy.sh COMMAND

  local [options]        run the whole platform on this machine; Ctrl-C stops it
                         --port 8080  --data .local  --fresh  --no-demo  --unlimited  --verbose  --deliveries 3
  demo                   play a company's day against the running platform
  record FILE            read a tenant's events into a file     --gateway URL  --since 24h  --types TYPE …
  replay FILE            play them to the local platform's handlers     --again  --tenant ID
  run NAME [--port N]    run one function alone, as Google's buildpack does
  test [--all] [ARG …]   run the tests (--all: also the long ones; ARG: anything that pytest takes)
  plan | up | status | canary NAME | rollback [NAME …] | destroy
                         the platform in a Google Cloud project; each says more with --help
                         --stage dev|prod|pr-123  --project ID  --region R  --steps 10,50,100
  cost [--rps 20]        what a month in Google Cloud costs, with the formula
  lock [--upgrade]       pin the packages of pyproject.toml anew, with hashes
  package [NAME]         make the functions' archives; of one that is named, also start it and hold it to its budget
                         --out dist  --against LEDGER  --cold-start (start all)
  check                  lint, format, types, import rules, the manifest and a search for secrets
  bench [NAME]           run a benchmark; without NAME, list them
  help                   this page

The first command sets up a virtual environment in .venv; it needs Python 3.11 or newer and nothing else.
TEXT
}

find_python() {
  local candidate
  for candidate in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
  echo "Python 3.11 or newer is needed; on the PATH is $(python3 --version 2>/dev/null || echo none)." >&2
  echo "Install one, or name it: PYTHON=/path/to/python3.11 ./deploy.sh …" >&2
  return 2
}

# The environment holds the packages of infra/locks/$1.txt; a second run takes no time.
set_up() {
  local found
  found=$(find_python)
  "$found" -m infra.install "$1"
}

python=.venv/bin/python

# Every check runs, so that one look shows everything that is to be corrected.
check() {
  local failed=0
  "$python" -m ruff check . || failed=1
  "$python" -m ruff format --check . || failed=1
  "$python" -m mypy || failed=1
  "$python" -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())' || failed=1
  "$python" -m infra.manifest check || failed=1
  secrets || failed=1
  return "$failed"
}

# Locks are full of hashes; a hexadecimal digest elsewhere is one, too. Everything else that looks like a secret is one,
# unless its line says `pragma: allowlist secret`.
secrets() {
  git ls-files -z -- . ':!infra/locks' ':!tests/bench/locks' |
    xargs -0 "$python" -m detect_secrets.pre_commit_hook --disable-plugin HexHighEntropyString
}

run_tests() {
  local selection=(-m "not long")
  if [ "${1:-}" = "--all" ]; then
    selection=()
    shift
  fi
  if [ $# -gt 0 ] && [ "$*" != "--last-failed" ]; then
    exec "$python" -m pytest --import-mode=importlib ${selection[@]+"${selection[@]}"} "$@"
  fi
  all_tests "${selection[*]-}" "$@"
}

# Four parts beside each other: what packs, plans and deploys; what attacks; what is shared; and the rest, which alone is
# shown while it runs. Tests wait for what they started: with two parts a third of two processors stood idle. (Coverage is
# measured where it is asked for, with --cov: it takes half as much again.)
all_tests() {
  local parts=("tests/infra" "tests/security" "tests/shared_layer") folders=() beside=() rest=() part number failed=0 code
  local options=(--import-mode=importlib --last-failed-no-failures none)
  [ -z "$1" ] || options+=(-m "not long")
  shift
  mkdir -p .pytest_cache
  trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
  for number in "${!parts[@]}"; do
    read -ra folders <<<"${parts[number]}"
    for part in "${folders[@]}"; do rest+=("--ignore=$part"); done
    "$python" -m pytest "${options[@]}" -o "cache_dir=.pytest_cache/$number" "$@" "${folders[@]}" \
      >".pytest_cache/$number.log" 2>&1 &
    beside+=($!)
  done
  "$python" -m pytest "${options[@]}" "${rest[@]}" "$@" || { code=$?; [ "$code" = 5 ] || failed=1; }
  for number in "${!parts[@]}"; do
    wait "${beside[number]}" || { code=$?; [ "$code" = 5 ] || failed=1; }
    cat ".pytest_cache/$number.log"
  done
  return "$failed"
}

bench() {
  if [ $# -eq 0 ]; then
    echo "Name one of these benchmarks:"
    (cd tests/bench && for main in */__main__.py; do echo "  ${main%/*}"; done)
    return
  fi
  exec "$python" -m "tests.bench.$1" "${@:2}"
}

command=${1:-help}
[ $# -gt 0 ] && shift
case "$command" in
  local) set_up local; exec "$python" -m infra.local "$@" ;;
  demo) set_up local; exec "$python" -m infra.demo "$@" ;;
  record | replay) set_up local; exec "$python" -m infra.recording "$command" "$@" ;;
  run) set_up local; exec "$python" -m infra.local.run_function "$@" ;;
  test) set_up development; run_tests "$@" ;;
  check) set_up development; check ;;
  plan | up | status | canary | rollback | destroy) set_up deploy; exec "$python" -m infra.deploy "$command" "$@" ;;
  cost) set_up deploy; exec "$python" -m infra.cost "$@" ;;
  lock) set_up development; exec "$python" -m infra.lock "$@" ;;
  package) set_up development; exec "$python" -m infra.package "$@" ;;
  bench) set_up development; bench "$@" ;;
  help | --help | -h) usage ;;
  *) echo "There is no command '$command'." >&2; usage >&2; exit 2 ;;
esac
