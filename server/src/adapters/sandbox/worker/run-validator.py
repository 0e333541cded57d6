# Runs one validator: what Python is given to execute once it can reach nothing any more. How it ends is told by the
# exit code: 0 allows, `FAILED` says that the script broke off, everything else denies.
import json
import os
import random
import sys

TASK = '/input/task.json'
ARCHIVE = '/input/package.zip'
REACH = '/input/outside'
FAILED = 512


class Context:
    """What `validate` is called with."""

    def __init__(self, about):
        self.package = about['package']
        self.version = about['version']
        self.uploader = about['uploader']
        self.user = about['user']
        self.groups = tuple(about['groups'])
        self.metadata = about['metadata']
        self.archive = open(ARCHIVE, 'rb')


class Answer:
    """What a host outside has answered."""

    def __init__(self, status, body):
        self.status = status
        self.text = body

    def json(self):
        return json.loads(self.text)


def request(url, method='GET', body=None):
    """Asks one of the hosts that the registry lets validators ask. Raises OSError when there is no answer."""
    with open(REACH, 'r+b', buffering=0) as outside:
        outside.write(json.dumps({'method': method, 'url': url, 'body': body}).encode())
        answer = json.loads(outside.readall())
    if 'error' in answer:
        raise OSError(answer['error'])
    return Answer(answer['status'], answer['body'])


def decide(result):
    """Only True, or a dictionary that says so, allows; whatever else comes back denies."""
    allowed, message = result, None
    if isinstance(result, dict):
        allowed = result.get('allowed')
        message = result.get('message', result.get('reason'))
    if message:
        print(message)
    return 0 if allowed is True else 1


def run(task):
    source = task['source']
    if task['compileOnly']:
        try:
            compile(source, 'validator.py', 'exec', dont_inherit=True)
        except SyntaxError as error:
            print(f'line {error.lineno}: {error.msg}')
            return 1
        return 0
    assay = type(sys)('assay')
    assay.request = request
    sys.modules['assay'] = assay
    sys.argv = ['validator.py', *task['arguments']]
    scope = {'__name__': '__main__', '__file__': 'validator.py', '__builtins__': __builtins__}
    exec(compile(source, 'validator.py', 'exec', dont_inherit=True), scope)
    if 'validate' not in scope:
        return 0
    return decide(scope['validate'](Context(task['context'])))


def exit_code(task):
    try:
        code = run(task)
    except SystemExit as leaving:
        code = leaving.code
        if code is None:
            code = 0
        elif not isinstance(code, int):
            print(code)
            code = 1
    except BaseException:
        import traceback

        traceback.print_exc()
        return FAILED
    return int(code) if 0 <= code < 256 else 1


def main():
    with open(TASK, encoding='utf-8') as file:
        task = json.load(file)
    os.remove(TASK)
    random.seed()
    code = exit_code(task)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        code = code or 1
    os._exit(code)


main()
