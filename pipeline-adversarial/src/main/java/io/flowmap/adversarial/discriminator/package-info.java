/** The discriminator of adversarial finetuning, its losses and penalties, and the program that computes the gradients of both networks. */
package io.flowmap.adversarial.discriminator;
