/** Power-function averages of parameters, tracked and reconstructed (EDM2, section 3). */
package io.flowmap.distill.train.ema;
