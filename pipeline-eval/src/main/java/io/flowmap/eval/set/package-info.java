/** Sets of images and their features across the cluster: decoding, features, moments, neighbours, what is kept for the next time. */
package io.flowmap.eval.set;
