/** Adversarial finetuning of a flow map as a Spark job (AYF, section F.2): both networks' step, the guard of diversity, the job. */
package io.flowmap.adversarial;
