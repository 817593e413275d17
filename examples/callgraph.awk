# Draws the call graph of a callgrind file in the graphviz language: each function with its own
# instructions, each arrow with the number of calls. Recursion is an arrow from a function to itself.
#
#     awk -v only='^(main|taylor_|factorial)' -f examples/callgraph.awk callgrind.out.N | dot -Tsvg
#
# `only` is a pattern for the names of the functions to show; without it all are shown.

# The file has "(12) name" at the first use of a name, later "(12)"; "factorial'2" is a level of
# recursion.
function name_of(text,    id) {
    id = text
    sub(/\).*/, ")", id)
    if (text != id)
        names[id] = substr(text, length(id) + 2)
    text = names[id]
    sub(/'[0-9]+$/, "", text)
    return text
}

function shown(name) { return only == "" || name ~ only }

/^fn=/ { here = name_of(substr($0, 4)); seen[here] = 1; next }
/^cfn=/ { called = name_of(substr($0, 5)); seen[called] = 1; next }
/^calls=/ { split(substr($0, 7), part, " "); calls[here, called] += part[1]; inclusive = 1; next }
/^[-+*0-9]/ {
    if (!inclusive) # the other lines are the cost of a call
        own[here] += $2
    inclusive = 0
}

END {
    print "digraph calls {"
    print "node [shape=box, fontname=\"DejaVu Sans\", fontsize=11]"
    print "edge [fontname=\"DejaVu Sans\", fontsize=10]"
    for (name in seen)
        if (shown(name))
            printf "\"%s\" [label=\"%s\\n%d instructions\"]\n", name, name, own[name]
    for (pair in calls) {
        split(pair, end, SUBSEP)
        if (shown(end[1]) && shown(end[2]))
            printf "\"%s\" -> \"%s\" [label=\" %d\"]\n", end[1], end[2], calls[pair]
    }
    print "}"
}
