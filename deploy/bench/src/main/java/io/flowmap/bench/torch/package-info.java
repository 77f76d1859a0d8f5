/** The rival's steps in libtorch. */
package io.flowmap.bench.torch;
