# shellcheck shell=bash
# What the scripts of this folder share. Sourced, not run.

# The folder that holds configure.ac; everything below works from there.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=script/$(basename "$0")

# Where the daemon listens, in the line of its log that says so.
url_pattern='http://[]0-9a-fA-F.:[]+:[0-9]+'

say() { printf '%s: %s\n' "$name" "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# The comment at the top of a script is its help text.
help_text() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# logged LOG COMMAND...: runs the command with its output in LOG; shows the end of it on failure.
logged() {
    local log=$1
    shift
    "$@" >>"$log" 2>&1 </dev/null && return
    tail -n 40 "$log" >&2
    say "failed: $* (all of it in ${log#"$top"/})"
    return 1
}

# configure_tree DIR [CONFIGURE-ARGUMENT...]: readies DIR, a build tree of its own under the top, for
# make. Quick when that was done before; other arguments than last time start it afresh.
configure_tree() {
    local tree=$top/$1 args="${*:2}"
    local log=$tree/build.log
    if [[ ! -e $tree/Makefile || $(cat "$tree/configure.args" 2>/dev/null) != "$args" ]]; then
        rm -rf "$tree"
    fi
    mkdir -p "$tree"
    : >"$log"
    say "building in $1/"
    if [[ ! -x $top/configure ]]; then
        logged "$log" autoreconf -i "$top" || return
    fi
    if [[ ! -e $tree/Makefile ]]; then
        (cd "$tree" && logged "$log" "$top/configure" "${@:2}") || return
        printf '%s' "$args" >"$tree/configure.args"
    fi
}

# build_tree DIR [CONFIGURE-ARGUMENT...]: the same, and brings everything in DIR up to date.
build_tree() {
    configure_tree "$@" && logged "$top/$1/build.log" make -C "$top/$1" -j"$(nproc)"
}

# start_daemon TREE LOG [OPTION...]: starts TREE's daemon on a free port of the loopback interface;
# sets daemon to its process and url to where it listens.
start_daemon() {
    local tries
    "$top/$1/src/particled" --listen 127.0.0.1:0 "${@:3}" 2>"$2" &
    daemon=$!
    for ((tries = 0; tries < 300; tries++)); do
        # shellcheck disable=SC2034 # the scripts use it
        url=$(grep -oE -m 1 "$url_pattern" "$2") && return
        kill -0 "$daemon" 2>/dev/null || break
        sleep 0.1
    done
    cat "$2" >&2
    die 'the daemon did not start'
}
