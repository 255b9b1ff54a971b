// libpng's simplified interface, with functions for what Swift cannot see of it.
#ifndef CPNG_SHIM_H
#define CPNG_SHIM_H

#include <png.h>
#include <string.h>

static inline png_image png_shim_new(void) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  return image;
}

static inline png_uint_32 png_shim_format(int channels) {
  return channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
}

static inline int png_shim_has_color(const png_image *image) {
  return (image->format & PNG_FORMAT_FLAG_COLOR) != 0;
}

// An upper bound of the size of the encoded file, in bytes.
static inline png_alloc_size_t png_shim_encoded_bound(const png_image *image) {
  return PNG_IMAGE_PNG_SIZE_MAX(*image);
}

static inline const char *png_shim_message(const png_image *image) { return image->message; }

#endif
