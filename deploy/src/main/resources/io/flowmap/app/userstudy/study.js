'use strict';
// Asks the questions of one participant. Answers are kept in the browser until they are on the server, or in the file that is saved.
const study = JSON.parse(document.getElementById('study').textContent);
const part = name => document.getElementById(name);
const KEY = 'flowmap-study ' + study.plan + ' ' + study.participant;
/** Milliseconds within which a second press is taken for a slip of the first. */
const SLIP = 250;
const LONGEST_WAIT = 10000;
const END = -1;

/** Answers of this browser by number of the question; those of the server have been answered elsewhere or sent before. */
const kept = load();
const unsent = new Set(study.answer ? Object.keys(kept).map(Number).filter(n => !(n in study.answered)) : []);
let shownAt = null;
/** Number of the question on the screen, null before the first, END after the last. */
let current = null;
let sending = false;

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || {};
  } catch (e) {
    return {};
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch (e) {
    // without storage, answers live as long as the page
  }
}

function isAnswered(n) {
  return n in kept || n in study.answered;
}

function answeredCount() {
  return study.questions.filter((question, n) => isAnswered(n)).length;
}

function only(section) {
  for (const name of ['start', 'ask', 'end']) {
    part(name).hidden = name !== section;
  }
}

function showProgress() {
  const count = answeredCount();
  part('bar').max = study.questions.length;
  part('bar').value = count;
  part('count').textContent = count + ' of ' + study.questions.length;
  part('save').hidden = Boolean(study.answer) || count === 0;
}

function next() {
  showProgress();
  current = study.questions.findIndex((question, n) => !isAnswered(n));
  if (current === END) {
    end();
  } else {
    ask(current);
  }
}

async function ask(n) {
  const question = study.questions[n];
  shownAt = null;
  only('ask');
  part('prompt').textContent = question.prompt;
  part('images').replaceChildren();
  part('tie').disabled = true;
  const images = question.images.map((address, position) => picture(address, position));
  images.forEach(image => part('images').append(image.button));
  part('question').focus();
  try {
    await Promise.all(images.map(image => image.loaded));
  } catch (e) {
    part('state').textContent = 'An image did not load. Trying again…';
    setTimeout(() => current === n && ask(n), 2000);
    return;
  }
  if (current !== n) {
    return;
  }
  images.forEach(image => {
    image.button.disabled = false;
    image.img.className = image.img.naturalWidth < 200 ? 'small' : '';
  });
  part('tie').disabled = false;
  shownAt = performance.now();
  const following = study.questions.find((other, m) => m > n && !isAnswered(m));
  (following ? following.images : []).forEach(address => (new Image().src = address));
}

function picture(address, position) {
  const button = document.createElement('button');
  const img = document.createElement('img');
  const key = document.createElement('kbd');
  img.alt = 'Image ' + (position + 1);
  key.textContent = position + 1;
  key.setAttribute('aria-hidden', 'true');
  button.disabled = true;
  button.append(img, key);
  button.addEventListener('click', () => answer(position + 1));
  img.src = address;
  return { button, img, loaded: img.decode() };
}

/** Takes the answer to the question on the screen: a position from 1, or 0 for none. */
function answer(choice) {
  const millis = shownAt === null ? 0 : Math.round(performance.now() - shownAt);
  if (shownAt === null || millis < SLIP) {
    return;
  }
  kept[current] = { plan: study.plan, participant: study.participant, question: current, choice, millis };
  keep();
  if (study.answer) {
    unsent.add(current);
    send();
  }
  next();
}

async function send() {
  if (sending) {
    return;
  }
  sending = true;
  let wait = 500;
  while (unsent.size > 0) {
    const n = unsent.values().next().value;
    try {
      const response = await fetch(study.answer, { method: 'POST', body: JSON.stringify(kept[n]) });
      if (response.ok) {
        unsent.delete(n);
        wait = 500;
        part('state').textContent = '';
        continue;
      }
      if (response.status >= 400 && response.status < 500) {
        part('state').textContent = 'The server refuses the answers: ' + (await response.text());
        sending = false;
        return;
      }
    } catch (e) {
      // no connection: tried again below
    }
    part('state').textContent = unsent.size + ' not saved yet. Trying again…';
    await new Promise(resolve => setTimeout(resolve, wait));
    wait = Math.min(2 * wait, LONGEST_WAIT);
  }
  sending = false;
  if (current === END) {
    end();
  }
}

function end() {
  only('end');
  const waiting = unsent.size > 0;
  part('thanks').textContent = waiting ? 'One moment…' : 'Thank you.';
  part('told').textContent = waiting
    ? 'Please leave this page open until all answers are saved.'
    : study.answer
      ? 'All ' + study.questions.length + ' answers are saved. You can close this page.'
      : 'Save the answers as a file and send it to those who invited you.';
  part('thanks').focus();
}

function save() {
  const numbers = Object.keys(kept).map(Number).sort((a, b) => a - b);
  const lines = numbers.map(n => JSON.stringify(kept[n]) + '\n').join('');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([lines], { type: 'application/x-ndjson' }));
  link.download = 'answers-' + study.participant + '.jsonl';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function choiceOf(key) {
  if (key === '0' || key === 'ArrowDown') {
    return 0;
  }
  if (study.compared === 2 && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    return key === 'ArrowLeft' ? 1 : 2;
  }
  return /^[1-9]$/.test(key) && Number(key) <= study.compared ? Number(key) : null;
}

document.addEventListener('keydown', event => {
  const choice = choiceOf(event.key);
  if (choice !== null && !part('ask').hidden && !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey) {
    event.preventDefault();
    answer(choice);
  }
});
part('tie').addEventListener('click', () => answer(0));
part('begin').addEventListener('click', next);
part('save').firstElementChild.addEventListener('click', save);
addEventListener('beforeunload', event => {
  if (unsent.size > 0) {
    event.preventDefault();
  }
});

showProgress();
if (answeredCount() > 0) {
  part('begin').textContent = 'Go on';
}
if (answeredCount() === study.questions.length) {
  next();
} else {
  only('start');
}
send();
