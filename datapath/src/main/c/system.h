/*
 * Where the program begins, and the system calls, without a libc: setting one up touches twenty
 * pages more, which is most of what a program takes that only asks and ends.
 */
#ifndef FASTVIF_SYSTEM_H
#define FASTVIF_SYSTEM_H

#include <stddef.h>
#include <sys/syscall.h>

/* The kernel begins with the stack pointer at argc, the arguments, a zero, and the environment. */
#if defined __x86_64__

__asm__(".globl _start\n"
        "_start:\n"
        "  xor %ebp, %ebp\n"
        "  mov %rsp, %rdi\n"
        "  and $-16, %rsp\n"
        "  call begin\n");

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined __aarch64__

__asm__(".globl _start\n"
        "_start:\n"
        "  mov x29, #0\n"
        "  mov x30, #0\n"
        "  mov x0, sp\n"
        "  bl begin\n");

static inline long system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

#else
#error "expected x86-64 or aarch64"
#endif

/* What the compiler calls by itself; with what build.sh tells it, it does not make calls of these. */

void *memcpy(void *to, const void *from, size_t length) {
  for (size_t i = 0; i < length; i++) {
    ((char *)to)[i] = ((const char *)from)[i];
  }
  return to;
}

void *memset(void *to, int byte, size_t length) {
  for (size_t i = 0; i < length; i++) {
    ((char *)to)[i] = (char)byte;
  }
  return to;
}

#endif
