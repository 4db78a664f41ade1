#!/usr/bin/env python3
"""Opens pages in headless Chromium over its debugging pipe, with nothing but Python's own library.

usage: browser.py PROFILE_DIR < steps.json
A step is {"name", "url", "width", "scheme": "light|dark", "media": "screen|print", "keys", "script",
"want"}, all but the name optional. The page stays as it is where no url is
given. `keys` are pressed one after another; then `script`, an expression or a promise, must give
`want`. Prints "ok NAME" or "FAIL NAME: why"; a word of the page's console is a failure too.
"""
import json
import os
import subprocess
import sys
import time


KEYS = {'Tab': (9, ''), 'Enter': (13, '\r'), 'ArrowDown': (40, '')}


class Browser:
    def __init__(self, profile):
        ours_read, theirs_write = os.pipe()
        theirs_read, ours_write = os.pipe()

        def wire():  # Chromium reads descriptor 3 and writes descriptor 4.
            os.dup2(theirs_read, 100)
            os.dup2(theirs_write, 101)
            os.dup2(100, 3)
            os.dup2(101, 4)

        self.process = subprocess.Popen(
            ['chromium', '--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
             '--remote-debugging-pipe', '--user-data-dir=' + profile, 'about:blank'],
            preexec_fn=wire, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_read)
        os.close(theirs_write)
        self.out = os.fdopen(ours_write, 'wb', buffering=0)
        self.input = os.fdopen(ours_read, 'rb')
        self.number = 0
        self.events = []
        self.session = None
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        attached = self.call('Target.attachToTarget', targetId=target, flatten=True)
        self.session = attached['sessionId']
        for domain in ('Page', 'Runtime', 'Log'):
            self.call(domain + '.enable')

    def read(self):
        message = b''
        while not message.endswith(b'\0'):
            byte = self.input.read(1)
            if not byte:
                raise SystemExit('the browser has gone')
            message += byte
        return json.loads(message[:-1])

    def call(self, method, **params):
        self.number += 1
        command = {'id': self.number, 'method': method, 'params': params}
        if self.session:
            command['sessionId'] = self.session
        self.out.write(json.dumps(command).encode() + b'\0')
        while True:
            message = self.read()
            if message.get('id') == self.number:
                if 'error' in message:
                    raise SystemExit(method + ': ' + message['error']['message'])
                return message['result']
            self.events.append(message)

    def wait_for(self, method):
        while not any(event.get('method') == method for event in self.events):
            self.events.append(self.read())

    def console(self):
        texts = []
        for event in self.events:
            params = event.get('params', {})
            if event.get('method') == 'Runtime.exceptionThrown':
                texts.append(params['exceptionDetails']['text'])
            elif event.get('method') == 'Runtime.consoleAPICalled':
                texts.append(' '.join(str(a.get('value', '')) for a in params['args']))
            elif event.get('method') == 'Log.entryAdded':
                texts.append(params['entry']['text'])
        return texts

    def step(self, step):
        self.events = []
        narrow = step.get('width', 1440) < 600
        self.call('Emulation.setDeviceMetricsOverride', width=step.get('width', 1440),
                  height=step.get('height', 1000), deviceScaleFactor=1, mobile=narrow)
        self.call('Emulation.setEmulatedMedia', media=step.get('media', 'screen'), features=[
            {'name': 'prefers-color-scheme', 'value': step.get('scheme', 'light')}])
        result = {}
        if 'url' in step:
            # Another page first: a link to a fragment of the same page would not load it again.
            self.call('Page.navigate', url='about:blank')
            self.wait_for('Page.loadEventFired')
            self.events = []
            begin = time.monotonic()
            self.call('Page.navigate', url=step['url'])
            self.wait_for('Page.loadEventFired')
            result['open_ms'] = round(1000 * (time.monotonic() - begin))
        for key in step.get('keys', []):
            code, text = KEYS[key]
            self.call('Input.dispatchKeyEvent', type='keyDown', key=key, code=key, text=text,
                      windowsVirtualKeyCode=code)
            self.call('Input.dispatchKeyEvent', type='keyUp', key=key, code=key,
                      windowsVirtualKeyCode=code)
        if 'script' in step:
            answer = self.call('Runtime.evaluate', expression=step['script'], awaitPromise=True,
                               returnByValue=True)
            if 'exceptionDetails' in answer:
                result['thrown'] = answer['exceptionDetails']['exception'].get('description')
            result['value'] = answer['result'].get('value')
        result['console'] = self.console()
        return result


def main():
    browser = Browser(sys.argv[1])
    failed = False
    try:
        for step in json.load(sys.stdin):
            result = browser.step(step)
            wrong = result['console'] or 'thrown' in result or (
                'want' in step and result.get('value') != step['want'])
            failed = failed or wrong
            what = json.dumps(result, ensure_ascii=False)
            print(f'FAIL {step["name"]}: {what}' if wrong else f'ok {step["name"]}', flush=True)
    finally:
        browser.process.kill()
        browser.process.wait()
    return 1 if failed else 0


sys.exit(main())
