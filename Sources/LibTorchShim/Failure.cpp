#include <cstring>

#include "Guard.h"

namespace priorlab {
namespace {
// One failure a thread: Swift's closures that open a scope are synchronous, so they stay on it.
thread_local bool held = false;
thread_local std::string heldMessage;
}  // namespace

bool failed() { return held; }

void fail(const std::string &operation, const std::string &shapes, const std::string &message) {
  if (held) return;
  held = true;
  // Only the first sentence: libtorch appends advice for Python users.
  heldMessage = operation + (shapes.empty() ? "" : " of " + shapes) + ": " +
                message.substr(0, message.find('\n'));
}

std::string describe(const PLTensor *const *tensors, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; i++) {
    if (!tensors[i]) continue;
    if (!text.empty()) text += ", ";
    text += "[";
    for (int64_t axis = 0; axis < tensors[i]->value.dim(); axis++)
      text += (axis ? ", " : "") + std::to_string(tensors[i]->value.size(axis));
    text += "]";
  }
  return text;
}

std::string describe(std::initializer_list<const PLTensor *> tensors) {
  return describe(tensors.begin(), tensors.size());
}

}  // namespace priorlab


char *pl_failure_take(void) {
  if (!priorlab::held) return nullptr;
  priorlab::held = false;
  return strdup(priorlab::heldMessage.c_str());
}

void pl_failure_set(const char *message) {
  if (priorlab::held) return;
  priorlab::held = true;
  priorlab::heldMessage = message;
}

void pl_string_free(char *text) { free(text); }
