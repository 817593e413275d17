# shellcheck shell=bash
# Counts tests: each function here prints one line per test program and adds to the total.

passed=0 failed=0 skipped=0

# count NAME PASSED FAILED [SKIPPED [NOTE]]: adds to the total and prints a line.
count() {
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + ${4-0}))
    printf '  %-32s %s passed, %s failed%s%s\n' "$1" "$2" "$3" \
        "$( ((${4-0} == 0)) || printf ', %s skipped' "$4")" "${5:+  ($5)}"
}

# print_total STATUS: prints the last line. A script that ended early counts as a failure.
print_total() {
    if (($1 != 0 && failed == 0)); then failed=1; fi
    printf '%s passed, %s failed%s\n' $passed $failed \
        "$( ((skipped == 0)) || printf ', %s skipped' $skipped)"
}

# Prints the end of the output of a failed test, from a file or from stdin.
show_end() { tail -n 40 "$@" 2>/dev/null | sed 's/^/    | /' || true; }

# try NAME COMMAND...: one test, which passes if the command does.
try() {
    local output
    if output=$("${@:2}" 2>&1 </dev/null); then
        count "$1" 1 0
    else
        count "$1" 0 1
        show_end <<<"$output"
    fi
}

# count_suite TREE SUITE: counts the checks of one test program from the files that the Automake
# test driver leaves: SUITE.trs and SUITE.log. A program that crashed or never ran is one failure.
count_suite() {
    local log=$1/$2.log result checks=0 bad=0
    result=$(sed -n 's/^:test-result: //p' "$1/$2.trs" 2>/dev/null) || true
    if [[ $result == SKIP* ]]; then
        count "${2#tests/}" 0 0 1 "$(head -n 1 "$log")"
        return
    fi
    # check prints "90%: Checks: 10, Failures: 1, Errors: 0" once for each runner.
    read -r checks bad < <(awk '
        match($0, /^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/) {
            gsub(/[^0-9 ]/, ""); checks += $2; bad += $3 + $4 }
        END { print checks + 0, bad + 0 }' "$log" 2>/dev/null || echo 0 0) || true
    if [[ $result == PASS && $checks -gt 0 && $bad -eq 0 ]]; then
        count "${2#tests/}" "$checks" 0
        return
    fi
    # Without a failed check, the program crashed, timed out, leaked or tested nothing.
    local good=$((checks - bad)) note=$log
    ((bad)) || bad=1 note="$log, ${result:-not run}"
    count "${2#tests/}" "$good" "$bad" 0 "$note"
    show_end "$log"
}

# count_script LOG NAME: counts the tests of a script whose last line is "N passed, N failed".
count_script() {
    if [[ $(tail -n 1 "$1") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        count "$2" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
        ((BASH_REMATCH[2])) || return 0
    else
        count "$2" 0 1 0 "$1"
    fi
    show_end "$1"
}

# count_node LOG NAME: counts the tests in the summary of node's test runner.
count_node() {
    local good bad
    good=$(sed -n 's/^# pass //p' "$1") bad=$(sed -n 's/^# \(fail\|cancelled\) //p' "$1" | paste -sd+)
    bad=$((${bad:-0}))
    if ((${good:-0} > 0 && bad == 0)); then
        count "$2" "$good" 0
        return
    fi
    count "$2" "${good:-0}" "$((bad > 0 ? bad : 1))" 0 "$1"
    grep -A 30 '^not ok' "$1" | sed 's/^/    | /' || true
}
