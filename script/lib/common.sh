# Shared by the scripts: where things are, how to speak, how to find Python and Debian packages.
# shellcheck shell=bash disable=SC2034  # the scripts that read this file use the names

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
VENV="$ROOT/.venv"
# Several work trees may share one: .odoo is a link then.
ODOO_ROOT="$(readlink -f "$ROOT/.odoo")/root"

# One line of progress.
say() { printf '== %s\n' "$*" >&2; }

# What went wrong in the first argument, what to do about it in the others.
fail() {
    printf '\n!! %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '   %s\n' "$@" >&2
    exit 1
}

# Prefix of a command that needs root: empty for root, "sudo" where it asks nothing.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 126
    fi
}

# Install Debian packages, saying so.
# $1: what they are for; the others: their names.
install_debian() {
    local reason=$1
    shift
    command -v apt-get >/dev/null ||
        fail "$reason: missing, and this is no Debian or Ubuntu." "Install the equivalent of: $*"
    say "$reason: installing Debian's $*"
    local log
    log=$(mktemp)
    if ! {
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update &&
            as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get -q install -y --no-install-recommends "$@"
    } >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        rm -f "$log"
        fail "$reason: $* could not be installed." \
            "Run this yourself, then start again:" "    sudo apt-get update && sudo apt-get install $*"
    fi
    rm -f "$log"
}

# Print the Python to make the environment with: 3.11, 3.12 or 3.13.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# Run a module of script/ground with the Python of the environment, in place of this script.
ground() {
    local module=$1
    shift
    PYTHONPATH="$ROOT/script${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1 \
        exec "$VENV/bin/python" -m "ground.$module" "$@"
}
