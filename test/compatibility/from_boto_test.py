"""docs/guide/from-boto.md against the class that it is about, and against the headers that it names."""

import inspect
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402

programs.isolate()
programs.os.environ['BOTO_CONFIG'] = programs.os.devnull

try:
    import boto.glacier.exceptions
    from boto.glacier.layer1 import Layer1
except ImportError as error:
    sys.exit(f'boto is missing ({error}): install python3-boto, for instance with ./dev setup')

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / 'docs/guide/from-boto.md').read_text(encoding='utf-8')
EXAMPLE = (ROOT / 'docs/examples/from_boto.cpp').read_text(encoding='utf-8')
HEADERS = {path.name: path.read_text(encoding='utf-8') for path in (ROOT / 'include/glacier').glob('*.hpp')}

METHODS_OF_LAYER1 = 19


def table(heading):
    """The rows of the table below a heading, without its first two lines."""
    section = GUIDE.split(f'\n## {heading}\n', 1)[1].split('\n## ', 1)[0]
    lines = [line for line in section.splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in line.strip('|').split(' | ')] for line in lines[2:]]


def code(text):
    return re.findall(r'`([^`]+)`', text)


def words(text):
    return set(re.findall(r'\w+', ' '.join(code(text))))


class FromBotoTest(unittest.TestCase):

    methods = {name: function for name, function in vars(Layer1).items()
               if inspect.isfunction(function) and not name.startswith('_') and name != 'make_request'}
    rows = {code(row[0])[0]: row for row in table('Methods')}

    def test_every_method_has_a_row(self):
        self.assertEqual(METHODS_OF_LAYER1, len(self.methods))
        self.assertEqual(set(self.methods), set(self.rows))
        self.assertIn('make_request()', code(GUIDE))

    def test_every_parameter_of_a_method_is_named(self):
        for name, function in self.methods.items():
            with self.subTest(method=name):
                parameters = set(inspect.signature(function).parameters) - {'self'}
                self.assertEqual(set(), parameters - words(self.rows[name][2]))

    def test_every_member_of_the_client_exists_and_is_shown(self):
        for name, row in self.rows.items():
            with self.subTest(method=name):
                member = code(row[1])[0].removeprefix('client::')
                self.assertRegex(HEADERS['client.hpp'], rf'> {member}\(')
                self.assertIn(f'client.{member}(', EXAMPLE)

    def test_every_option_of_the_constructor_has_a_row(self):
        options = set(inspect.signature(Layer1.__init__).parameters) - {'self'}
        listed = [option for row in table('Options of the constructor') for option in code(row[0])]
        self.assertEqual(sorted(options), sorted(listed))

    def test_every_exception_has_a_row(self):
        exceptions = {name for name, value in vars(boto.glacier.exceptions).items()
                      if inspect.isclass(value) and issubclass(value, Exception)}
        self.assertIn('UnexpectedHTTPResponseError', exceptions)
        self.assertEqual(set(), exceptions - words(' '.join(row[0] for row in table('Errors'))))

    def test_what_the_guide_names_exists(self):
        everything = '\n'.join(HEADERS.values())
        for row in table('Options of the constructor') + table('Errors') + table('Layer 2'):
            for name in re.findall(r'(\w+)::(\w+)', ' '.join(code(row[1]))):
                with self.subTest(name='::'.join(name)):
                    self.assertRegex(everything, rf'\b{name[0]}\b')
                    self.assertRegex(everything, rf'\b{name[1]}\b')
            for name in re.findall(r'(?<![:\w])(\w+)\(\)', ' '.join(code(row[1]))):
                with self.subTest(name=name):
                    self.assertRegex(everything, rf'\b{name}\(')


if __name__ == '__main__':
    unittest.main(verbosity=2)
