# shellcheck shell=bash
# Shared by the scripts of this folder, which source it.

# The folder that has configure.ac.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=script/$(basename "$0")

# Matches the address in the log line of the daemon that starts to listen.
url_pattern='http://[]0-9a-fA-F.:[]+:[0-9]+'

say() { printf '%s: %s\n' "$name" "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# The comment at the top of a script is its help text.
help_text() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# logged LOG COMMAND...: runs the command with its output in LOG. On failure prints the end of LOG.
logged() {
    local log=$1
    shift
    "$@" >>"$log" 2>&1 </dev/null && return
    tail -n 40 "$log" >&2
    say "failed: $* (the full output is in ${log#"$top"/})"
    return 1
}

# configure_tree DIR [CONFIGURE-ARGUMENT...]: configures the build tree DIR under the top. Does nothing
# if that was done before with the same arguments; with other arguments it starts with an empty tree.
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

# build_tree DIR [CONFIGURE-ARGUMENT...]: configures DIR and builds everything in it.
build_tree() {
    configure_tree "$@" && logged "$top/$1/build.log" make -C "$top/$1" -j"$(nproc)"
}

# start_daemon TREE LOG [OPTION...]: starts the daemon of TREE on a free port of the loopback
# interface. Sets daemon to its process ID and url to its address.
start_daemon() {
    local tries
    "$top/$1/src/particled" --listen 127.0.0.1:0 "${@:3}" 2>"$2" &
    daemon=$!
    for ((tries = 0; tries < 300; tries++)); do
        # shellcheck disable=SC2034 # used by the scripts
        url=$(grep -oE -m 1 "$url_pattern" "$2") && return
        kill -0 "$daemon" 2>/dev/null || break
        sleep 0.1
    done
    cat "$2" >&2
    die 'the daemon did not start'
}
