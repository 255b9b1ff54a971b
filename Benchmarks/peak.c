// Measures what one core can do in single precision: multiply-adds that wait for nothing.
#include <stdio.h>
#include <time.h>

// As wide as the widest registers that the compiler is told of.
#if defined(__AVX512F__)
enum { lanes = 16 };
#elif defined(__AVX__)
enum { lanes = 8 };
#else
enum { lanes = 4 };
#endif
typedef float vector __attribute__((vector_size(lanes * sizeof(float))));

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

int main(void) {
  enum { sums = 12, rounds = 20000000 };
  vector sum[sums] = {{0}}, factor, term;
  for (int i = 0; i < lanes; i++) factor[i] = 0.999f, term[i] = 0.001f * i;
  double best = 0;
  for (int repeat = 0; repeat < 5; repeat++) {
    const double start = seconds();
    for (long round = 0; round < rounds; round++)
      for (int i = 0; i < sums; i++) sum[i] = sum[i] * factor + term;
    const double rate = 2.0 * lanes * sums * rounds / (seconds() - start);
    if (rate > best) best = rate;
  }
  float used = 0;
  for (int i = 0; i < sums; i++) used += sum[i][0];
  printf("%.1f\n", best / 1e9);
  return used == 12345.0f;
}
