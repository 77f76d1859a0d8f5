/** Shared by the tests of all modules: NumPy files, the reference folder, the data folder. */
package io.flowmap.testing;
