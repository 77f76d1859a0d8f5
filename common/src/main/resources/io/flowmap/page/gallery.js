'use strict';
// Filters the prompts of a gallery by words, and shows the chosen models, guidance weights, numbers of steps and seeds.
const part = name => document.getElementById(name);
const prompts = [...document.querySelectorAll('.prompt')];
const texts = prompts.map(prompt => prompt.querySelector('h3').textContent.toLowerCase());
const boxes = [...document.querySelectorAll('[data-hides]')];

function find() {
  const words = part('find').value.toLowerCase().split(/\s+/).filter(word => word);
  prompts.forEach((prompt, i) => { prompt.hidden = !words.every(word => texts[i].includes(word)); });
  const shown = prompts.filter(prompt => !prompt.hidden).length;
  part('shown').textContent = shown + ' of ' + prompts.length + (prompts.length === 1 ? ' prompt' : ' prompts');
}

function choose() {
  const off = boxes.filter(box => !box.checked).map(box => '.prompt .' + box.dataset.hides);
  part('hiding').textContent = off.length ? off.join(', ') + ' { display: none; }' : '';
  const steps = boxes.filter(box => box.dataset.hides.startsWith('steps'));
  if (steps.length) {
    part('prompts').style.setProperty('--columns', Math.max(1, steps.filter(box => box.checked).length));
  }
}

function resize() {
  const side = Number(part('size').value);
  part('prompts').style.setProperty('--side', side + 'px');
  for (const image of document.querySelectorAll('.prompt img')) {
    // enlarged pixels are shown as they are; larger pictures are reduced smoothly
    image.classList.toggle('fine', image.width <= image.naturalWidth);
  }
}

const hiding = document.createElement('style');
hiding.id = 'hiding';
document.head.append(hiding);
part('find').addEventListener('input', find);
part('size').addEventListener('input', resize);
part('choices').addEventListener('change', choose);
part('choices').addEventListener('submit', event => event.preventDefault());
part('choices').hidden = false;
find();
choose();
resize();
