#include "runtime/parallel_loop.h"

void parallel_loop_link(struct parallel_loop **first, struct parallel_loop *loop)
{
    struct parallel_loop **link = first;
    while (*link)
        link = &(*link)->following;
    *link = loop;
}

void parallel_loop_unlink(struct parallel_loop **first, struct parallel_loop *loop)
{
    struct parallel_loop **link = first;
    while (*link != loop)
        link = &(*link)->following;
    *link = loop->following;
}

struct parallel_loop *parallel_loop_enter(struct parallel_loop *first, unsigned worker,
                                          size_t *chunk)
{
    struct parallel_loop *loop = first;
    while (loop && loop->next == loop->chunks)
        loop = loop->following;
    if (!loop)
        return NULL;
    *chunk = loop->next++;
    loop->inside++;
    if (!loop->helped[worker]) {
        loop->helped[worker] = true;
        loop->helpers++;
    }
    return loop;
}

void parallel_loop_leave(struct parallel_loop *loop)
{
    if (--loop->inside == 0)
        pthread_cond_signal(&loop->left);
}
