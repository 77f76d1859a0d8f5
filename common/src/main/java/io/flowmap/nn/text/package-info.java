/** Text encoders of FLUX.1: T5 and CLIP. */
package io.flowmap.nn.text;
