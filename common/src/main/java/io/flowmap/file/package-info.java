/** Files on any Hadoop file system: opening with clear errors, atomic writing, hashes. */
package io.flowmap.file;
