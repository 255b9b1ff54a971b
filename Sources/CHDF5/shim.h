// What Swift cannot see of the HDF5 C library, because it is a macro there.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

// Fixes the meaning of H5Ovisit, whose signature differs between 1.10 and later versions.
#define H5_USE_110_API 1
#include <hdf5.h>

static inline hid_t hdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t hdf5_whole(void) { return H5S_ALL; }
static inline hid_t hdf5_current_errors(void) { return H5E_DEFAULT; }

static inline unsigned hdf5_replacing(void) { return H5F_ACC_TRUNC; }
static inline unsigned hdf5_read_only(void) { return H5F_ACC_RDONLY; }

static inline hid_t hdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t hdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t hdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t hdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t hdf5_dataset_transfer(void) { return H5P_DATASET_XFER; }

static inline hid_t hdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t hdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t hdf5_native_int8(void) { return H5T_NATIVE_INT8; }
static inline hid_t hdf5_native_int16(void) { return H5T_NATIVE_INT16; }
static inline hid_t hdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t hdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t hdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t hdf5_native_uint16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t hdf5_native_uint32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t hdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t hdf5_c_string(void) { return H5T_C_S1; }

// Calls `each` once for every object of the file, in order of name.
static inline herr_t hdf5_visit(hid_t file, H5O_iterate_t each, void *context) {
  return H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, each, context);
}

#endif
