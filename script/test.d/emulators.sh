# shellcheck shell=bash
# The suites of tests/sim on emulated CPUs: aarch64, and old ones of x86-64.

# aarch64 lacks the libraries of the daemon here, so configure must not look for libmicrohttpd, and
# only the kernels and their suites are built.
with_arm64() {
    local tree=build-arm64 only='^tests/sim/' runner=qemu-aarch64 suites
    if [[ $(uname -m) == aarch64 ]]; then
        count aarch64 0 0 1 'this machine is one, so the suites without options test it'
        return
    fi
    bootstrap_for arm64 || return 0
    echo "$tree: aarch64 by $runner"
    if ! configure_tree $tree --host=aarch64-linux-gnu --enable-werror --without-systemd \
        PKG_CONFIG=pkg-config PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig \
        MICROHTTPD_CFLAGS=-I. MICROHTTPD_LIBS=-lmicrohttpd LIBDW_CFLAGS=-I. LIBDW_LIBS=-ldw; then
        count "build of $tree" 0 1
        return
    fi
    mapfile -t suites < <(suites_of $tree)
    make_tree $tree "${suites[@]}" || return 0
    run_suites $tree "${suites[@]}"
}

# kernels_share_nothing: no library of kernels defines a global symbol without the name of its
# instruction set. If two of them defined the same symbol (an inline function of a header, say), the
# linker would keep one definition, and an old CPU could get the one with new instructions.
kernels_share_nothing() {
    local library name found=0
    for library in build-test/src/sim/libkernel_*.a; do
        name=${library##*libkernel_}
        name=${name%.a}
        nm --defined-only --extern-only --no-sort --format=posix "$library" |
            grep -vE "^kernel_[a-z_]+_$name T |:\$|^$" && found=1
    done
    return $found
}

# uses_kernels NAME: the programs run under $runner, and the daemon chooses the kernels NAME.
uses_kernels() {
    $runner build-test/src/particled --help &&
        $runner build-test/src/particled --version | grep -x "kernels *$1" &&
        $runner build-test/src/particle-bench --particles 100 --max-time 0.01
}

with_old_cpu() {
    local only='^tests/sim/' cpu runner
    if [[ $(uname -m) != x86_64 ]]; then
        count 'old CPUs' 0 0 1 'this machine is not an x86-64'
        return
    fi
    bootstrap_for oldcpu || return 0
    for cpu in Nehalem:portable Haswell:avx2; do
        runner="qemu-x86_64 -cpu ${cpu%:*}"
        echo "on an emulated ${cpu%:*}"
        with_gcc
        try "particled on a ${cpu%:*}" uses_kernels "${cpu#*:}"
    done
    try 'kernels share no function' kernels_share_nothing
}
