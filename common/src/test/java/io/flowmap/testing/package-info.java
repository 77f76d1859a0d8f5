/** What tests of every module share: NumPy files, the reference folder, the data folder. */
package io.flowmap.testing;
