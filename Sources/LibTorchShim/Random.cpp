// Random streams: a generator of their own for each, seeded with a full state.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include "Guard.h"

using namespace priorlab;

struct PLGenerator {
  at::Generator value;
};

namespace {

uint64_t splitMix64(uint64_t &state) {
  uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace

PLGenerator *pl_generator(uint64_t key0, uint64_t key1) {
  PLGenerator *result = nullptr;
  guardedCall("generator", {}, [&] {
    // libtorch's own seed is cut to 32 bits, too few for a stream a step: fill the whole state.
    at::mt19937_data_pod state;
    state.seed_ = key0;
    state.left_ = 1;
    state.next_ = 0;
    state.seeded_ = true;
    for (auto &word : state.state_)
      word = static_cast<uint32_t>((splitMix64(key0) ^ (splitMix64(key1) >> 7)) >> 32);
    at::mt19937 engine;
    engine.set_data(state);
    auto generator = at::detail::createCPUGenerator();
    auto *implementation = at::check_generator<at::CPUGeneratorImpl>(generator);
    implementation->set_engine(engine);
    implementation->set_next_float_normal_sample(std::nullopt);
    implementation->set_next_double_normal_sample(std::nullopt);
    result = new PLGenerator{generator};
  });
  return result;
}

void pl_generator_free(PLGenerator *generator) { delete generator; }

PLTensor *pl_normal(PLGenerator *generator, const int64_t *shape, int rank, PLType type) {
  if (!generator) return nullptr;
  return guarded("normal", {}, [&] {
    return at::randn(sizes(shape, rank), generator->value, scalarType(type));
  });
}

PLTensor *pl_uniform(PLGenerator *generator, const int64_t *shape, int rank, PLType type) {
  if (!generator) return nullptr;
  return guarded("uniform", {}, [&] {
    return at::rand(sizes(shape, rank), generator->value, scalarType(type));
  });
}

PLTensor *pl_bernoulli(PLGenerator *generator, const PLTensor *probability) {
  if (!generator) return nullptr;
  return guarded("bernoulli", {probability},
                 [&] { return at::bernoulli(probability->value, generator->value); });
}

PLTensor *pl_gamma(PLGenerator *generator, const PLTensor *shape) {
  if (!generator) return nullptr;
  return guarded("gamma", {shape},
                 [&] { return at::_standard_gamma(shape->value, generator->value); });
}

PLTensor *pl_permutation(PLGenerator *generator, int64_t count) {
  if (!generator) return nullptr;
  return guarded("permutation", {}, [&] { return at::randperm(count, generator->value, at::kLong); });
}
