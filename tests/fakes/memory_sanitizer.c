/*
 * memory_sanitizer.c: for the tests under the memory sanitizer only. The libraries we use are not instrumented: what they write
 * to the heap would count as unknown. So the heap counts as known, and what is looked for is values on the stack; our own
 * heap is zeroed by arenas anyway.
 */
#include <sanitizer/msan_interface.h>
#include <stddef.h>
#include <stdint.h>

void __sanitizer_malloc_hook(const volatile void *at, size_t octets);
void __sanitizer_malloc_hook(const volatile void *at, size_t octets)
{
    __msan_unpoison((const void *)(uintptr_t)at, octets);
}
