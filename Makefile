PYTHON ?= python3
# What pip installs. A scheduled job sets INSTALL="--upgrade -e .[book,test]" to meet the newest versions.
INSTALL ?= -r requirements.txt
BIN := .venv/bin
EXPERIMENT := .venv-experiment/bin/python
# In a container one is root, and JupyterLab refuses to start for root unless told.
ROOT_MAY := $(if $(filter 0,$(shell id -u)),--allow-root)
NOTEBOOKS := $(wildcard chapters/*.ipynb course/*.ipynb)

# Nothing here reads settings in somebody's home, or writes there: it may be set up for other work, or shut.
OWN := $(CURDIR)/.venv/own
export MPLCONFIGDIR := $(OWN)/matplotlib
export IPYTHONDIR := $(OWN)/ipython
export JUPYTER_CONFIG_DIR := $(OWN)/jupyter
export JUPYTER_DATA_DIR := $(OWN)/jupyter
export JUPYTER_RUNTIME_DIR := $(OWN)/jupyter/runtime
unexport MATPLOTLIBRC JUPYTER_PATH JUPYTER_CONFIG_PATH
# Compiled files are kept: every kernel and every worker of the tests would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE
# Every file of the book is UTF-8, whatever the locale.
export PYTHONUTF8 := 1

.PHONY: book test browser test-quick lint lab edit course hand-out refresh bench experiment experiment-real test-experiment lock clean help

book: .venv/ready ## Execute the notebooks and build the site (the default)
	rm -rf _build  # a page that was renamed must not stay behind
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo 'The book: open _build/html/index.html in a browser.'

course: .venv/ready ## Write the notebooks for students, for teachers and for nbgrader to _build/course
	rm -rf _build/course
	$(BIN)/python course/notebooks.py
	$(BIN)/python course/graded.py 1

hand-out: course ## Commit the students' notebooks, and nothing else, to the branch `student`
	$(BIN)/ghp-import --branch student --message "The student's notebooks" _build/course/student

lint: .venv/ready ## Look for faults and odd formatting in the Python files (ruff); `ruff format .` mends the latter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: browser book ## Build the book, run the notebooks (nbval) and every test; those of the pages want a Chromium
	$(BIN)/python -m pytest

browser: .venv/ready
	@$(BIN)/python tests/browser.py

test-quick: .venv/ready ## Test the package and the sources, without building the book: about a minute
	$(BIN)/python -m pytest tests --ignore tests/built

lab: .venv/ready ## Open the students' notebooks in JupyterLab; what is written there stays, in lab/
	$(BIN)/python course/notebooks.py --lab
	$(BIN)/jupyter lab lab $(ROOT_MAY)

edit: .venv/ready ## Open the chapters themselves in JupyterLab, solutions and notes included
	$(BIN)/jupyter lab chapters $(ROOT_MAY)

# No timings, no Python version, no widget state and no frames are stored, and what a cell prints is one output
# however it was split on its way, so a second run changes nothing.
refresh: .venv/ready ## Execute the notebooks in place, storing their outputs
	PYTHONPATH=course $(BIN)/jupyter nbconvert --to notebook --inplace --execute $(NOTEBOOKS) \
	  --ExecutePreprocessor.kernel_name=python3 \
	  --ExecutePreprocessor.record_timing=False \
	  --ClearMetadataPreprocessor.enabled=True \
	  --ClearMetadataPreprocessor.clear_cell_metadata=False \
	  --NotebookExporter.preprocessors=nbconvert.preprocessors.CoalesceStreamsPreprocessor \
	  --NotebookExporter.preprocessors=notebooks.as_stored
	$(BIN)/python -c 'from swa_lib.book.still import png; from swa_lib.chapters.stack import large_stack as s; \
	  open("_static/stack.png", "wb").write(png(s(32, 0.95)))'  # the README's picture

bench: book ## Build the book and print what things cost: profiles, pages, frames
	$(BIN)/python tests/benchmark.py
	$(BIN)/python tests/benchmark_pages.py

# MODE= (none) is what the book shows, some hours on two cores.
experiment: .venv-experiment/ready ## Train small models and measure them, quickly (MODE=: all that the book shows)
	$(EXPERIMENT) experiments/run.py $(MODE)

experiment: MODE ?= --quick

experiment-real: .venv-experiment/ready ## Measure a real pretrained model, with windows: some hours (MODE=--quick: minutes)
	$(EXPERIMENT) experiments/real.py $(MODE)

test-experiment: .venv-experiment/ready ## Test the experiment
	cd experiments && ../$(EXPERIMENT) -m pytest

# The lock holds for every platform and every Python from 3.11, not only for the ones at hand.
lock: ## Write requirements.txt anew: the newest versions that pyproject.toml allows
	$(PYTHON) -m venv --clear _build/lock
	_build/lock/bin/python -m pip install --quiet uv
	echo '-e .[book,test]' | _build/lock/bin/uv pip compile - --upgrade --universal \
	  --python-version 3.11 --custom-compile-command 'make lock' --quiet --output-file requirements.txt

# Caches lie wherever Python, pytest, ruff, hypothesis or Jupyter was at work.
clean: ## Remove everything these commands made, but not lab/, which may hold somebody's work
	rm -rf .venv .venv-experiment _build experiments/runs
	find . -path ./lab -prune -o -type d \( -name __pycache__ -o -name .pytest_cache -o -name .ruff_cache \
	  -o -name .hypothesis -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

# The environment is made anew whenever what it should hold has changed.
.venv/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'This book needs Python 3.11 or newer: make PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo 'This Python has no venv module; on Debian and Ubuntu: apt install python3-venv'; exit 1; }
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install $(INSTALL)
	@# Before 3.13 Python reads this file in the locale's letters, and in the C locale an umlaut in the path that pip
	@# has written ends it (PYTHONUTF8 does not help). A path relative to the file itself has plain letters only.
	@cd .venv/lib/python3*/site-packages && echo ../../../.. > swa_lib.pth
	@# ipykernel warns at every start that it talks to this same machine unencrypted, as it always has.
	@mkdir -p .venv/etc/ipython && echo 'c.IPKernelApp.log_level = "ERROR"' > .venv/etc/ipython/ipython_kernel_config.py
	@# Done here, for in a notebook it would be a warning, and that stops the build.
	$(BIN)/python -c 'import matplotlib.font_manager'  # makes the list of this machine's fonts
	@touch $@

.venv-experiment/ready: experiments/requirements.txt requirements.txt
	$(PYTHON) -m venv --clear .venv-experiment
	grep -v '^-e ' requirements.txt > .venv-experiment/versions.txt
	$(EXPERIMENT) -m pip install -c .venv-experiment/versions.txt -r experiments/requirements.txt -e .
	@touch $@
