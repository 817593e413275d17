#include "runtime/task_queue.h"

static void list_push(struct task_list *list, struct pool_task *task)
{
    task->next = NULL;
    *list->last = task;
    list->last = &task->next;
}

static struct pool_task *list_pop(struct task_list *list)
{
    struct pool_task *task = list->first;
    if (task) {
        list->first = task->next;
        if (!list->first)
            list->last = &list->first;
    }
    return task;
}

void task_queue_init(struct task_queue *queue)
{
    *queue = (struct task_queue){.count = 0};
    queue->brief.last = &queue->brief.first;
    queue->lengthy.last = &queue->lengthy.first;
}

void task_queue_push(struct task_queue *queue, struct pool_task *task)
{
    list_push(task->brief ? &queue->brief : &queue->lengthy, task);
    queue->brief_count += task->brief;
    queue->count++;
}

struct pool_task *task_queue_pop_brief(struct task_queue *queue)
{
    struct pool_task *task = list_pop(&queue->brief);
    if (task) {
        queue->brief_count--;
        queue->count--;
    }
    return task;
}

struct pool_task *task_queue_pop(struct task_queue *queue)
{
    struct pool_task *task = NULL;
    if (queue->brief_run < TASK_QUEUE_BRIEF_RUN_MAX || !queue->lengthy.first)
        task = task_queue_pop_brief(queue);
    if (task) {
        queue->brief_run++;
        return task;
    }
    queue->brief_run = 0;
    task = list_pop(&queue->lengthy);
    if (task)
        queue->count--;
    return task;
}
