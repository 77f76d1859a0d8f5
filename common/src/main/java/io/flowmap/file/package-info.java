/** Files on any Hadoop file system: opening with honest errors, atomic writing, hashes. */
package io.flowmap.file;
