"""The blocks of docs/guide/emulator.md that are said to be run: each is run against an emulator."""

import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'support'))

import programs  # noqa: E402

# What the guide calls the port and the data directory.
PORT = '8443'
DATA_DIR = '/tmp/glacier'

BLOCK = re.compile(r'^\*\(run(?: with `(?P<options>[^`]+)`)?\)\*\n\n```(?P<language>\w+)\n(?P<text>.*?)^```$',
                   re.MULTILINE | re.DOTALL)


class GuideTest(programs.ProgramTest):

    emulator_options = ('--job-delay', 0, '--inventory-period', 0)

    blocks = list(BLOCK.finditer(programs.EMULATOR_GUIDE.read_text(encoding='utf-8')))

    def run_block(self, block):
        emulator = self.emulator
        if block['options']:
            emulator = self.start_emulator('--tls', *block['options'].split())
        text = block['text'].replace(PORT, str(emulator.port)).replace(DATA_DIR, str(emulator.data_dir))
        interpreters = {'sh': ['/bin/sh', '-eu', '-c'], 'python': [sys.executable, '-c']}
        path = os.pathsep.join([os.path.dirname(programs.glacier_program()),
                                os.path.dirname(programs.emulator_program()), '/usr/bin', '/bin'])
        environment = programs.clean_environment(self.home, {
            'PATH': path, 'AWS_PAGER': '', 'BOTO_CONFIG': os.devnull, 'PYTHONDONTWRITEBYTECODE': 1,
            'PYTHONWARNINGS': 'ignore', 'TMPDIR': self.place})
        finished = programs.Running([*interpreters[block['language']], text], environment,
                                    self.place).finish()
        self.assertEqual(0, finished.exit_code, f'{finished}\n{emulator.log_text(20)}')
        return finished

    def test_there_are_blocks_of_every_kind(self):
        text = programs.EMULATOR_GUIDE.read_text(encoding='utf-8')
        self.assertEqual(text.count('\n*(run'), len(self.blocks))
        self.assertEqual(['python', 'sh'], sorted({block['language'] for block in self.blocks}))
        self.assertEqual(6, len(self.blocks))

    def test_blocks_run(self):
        for number, block in enumerate(self.blocks):
            with self.subTest(number=number, text=block['text']):
                self.run_block(block)
        vaults = self.boto3_client().list_vaults()['VaultList']
        # One of each client that uses the emulator of all.
        self.assertEqual(['boto2', 'boto3', 'cli', 'command'], [each['VaultName'] for each in vaults])

    def test_the_recipe_of_continuous_integration_cleans_up(self):
        recipe = next(block for block in self.blocks if 'trap' in block['text'])
        finished = self.run_block(recipe)
        self.assertIn('photos', finished.stdout)
        self.assertEqual([], list(self.place.iterdir()))

    def test_blocks_of_cpp_are_of_the_example(self):
        """A block is a part of the example as it is, apart from its indentation."""
        def lines(text):
            return [line.strip() for line in text.strip().splitlines()]

        root = programs.EMULATOR_GUIDE.parent.parent
        for page, name, count in (('emulator', 'emulator_in_a_test', 2), ('configuration', 'configuration', 5)):
            example = '\n'.join(lines((root / f'examples/{name}.cpp').read_text(encoding='utf-8')))
            text = (root / f'guide/{page}.md').read_text(encoding='utf-8')
            blocks = re.findall(r'^```cpp\n(.*?)^```$', text, re.MULTILINE | re.DOTALL)
            self.assertEqual(count, len(blocks))
            for block in blocks:
                with self.subTest(page=page, block=block):
                    self.assertIn('\n'.join(lines(block)), example)

    def test_blocks_of_cpp_of_the_guide_to_credentials(self):
        def lines(text):
            return [line.strip() for line in text.strip().splitlines()]

        docs = programs.EMULATOR_GUIDE.parent.parent
        example = '\n'.join(lines((docs / 'examples/credentials.cpp').read_text(encoding='utf-8')))
        blocks = re.findall(r'^```cpp\n(.*?)^```$', (docs / 'guide/credentials.md').read_text(encoding='utf-8'),
                            re.MULTILINE | re.DOTALL)
        self.assertEqual(4, len(blocks))
        for block in blocks:
            with self.subTest(block=block):
                self.assertIn('\n'.join(lines(block)), example)


if __name__ == '__main__':
    unittest.main(verbosity=2)
