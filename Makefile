# Everything that a fresh machine needs: `make` alone lists what there is.

PROFILE ?= quick
priorlab := .build/release/priorlab
options = --profile $(PROFILE) $(if $(SEEDS),--seeds $(SEEDS)) $(if $(JOBS),--jobs $(JOBS)) $(ARGS)
tables := $(addprefix reproduce-table-,1 2 3 4 5 6 7 8 9)

swift_sources := Package.swift Sources Tests
python_sources = Scripts/torture $(shell find $(wildcard Scripts Benchmarks Tests) -name '*.py')
shell_sources = .ci/run Scripts/bench Scripts/bundle Scripts/fuzz $(shell find $(wildcard Scripts Benchmarks Tests) -name '*.sh')

# Known before anything is built, so said before anything is built.
ifneq ($(filter reproduce,$(MAKECMDGOALS)),)
ifeq ($(strip $(ID)),)
$(error Say what to reproduce, for example: make reproduce ID=vhp/table-1 ('make list' shows the ids))
endif
endif

.PHONY: help setup build test bench bundle list reproduce $(tables) smoke contact-sheet format lint clean
# Two builds in one directory would only wait for each other.
.NOTPARALLEL:

define help_text
PriorLab reproduces computed tables and figures of papers on variational autoencoders
with structured priors.

  make list                          what can be reproduced, and what it costs
  make reproduce-table-N             table N of that list, N = 1 to 9
  make reproduce ID=vhp/figure-2     a table or figure by its id, or several: ID="a b"
       PROFILE=$(PROFILE)                 the budget: smoke, quick, short or paper
       SEEDS=10  SEEDS=0,3,7  SEEDS=3,   how many seeds, or which (3 alone)
       JOBS=2                        runs at a time
       ARGS="..."                    anything else for 'priorlab reproduce'

  make setup                         install what is missing; GPU=1 with CUDA's libraries
  make build                         build $(priorlab)
  make test                          build and run the tests; ARGS="--filter LabTests"
  make smoke                         one table from manifest to comparison, in seconds
  make contact-sheet                 every table and figure at the smallest budget, on one page
  make format                        format the Swift sources in place
  make bench                         compare training steps with PyTorch's, and graphs with
                                     scikit-learn's (installs both: about 5 GB)
  make bundle                        a folder that runs beside an installed PyTorch 2.11, on a GPU
                                     machine or a cluster without compilers
  make lint                          check formatting and syntax without changing anything
  make clean                         remove build products; results and libtorch stay

Targets install and build what they need. Results are in results/<id>/<profile>/.
endef

help:
	$(info $(help_text))
	@:

setup:
	@Scripts/setup.sh $(if $(GPU),--gpu)

# The build's own lines go to standard error, so that `make list > file` holds the list alone.
build: setup
	@swift build -c release --product priorlab $(SWIFTFLAGS) >&2

test: setup
	@swift build --build-tests $(SWIFTFLAGS)
	@swift test --skip-build $(ARGS)

list: build
	@$(priorlab) list $(ARGS)

$(tables): reproduce-table-%: build
	@$(priorlab) reproduce --table $* $(options)

reproduce: build
	@$(priorlab) reproduce $(ID) $(options)

bench: build
	@Scripts/bench $(ARGS)

bundle: setup
	@Scripts/bundle

# In a directory of its own, because finished runs in results/ would be reused.
smoke: build
	@rm -rf .build/smoke
	@$(priorlab) reproduce vhp/table-1 --profile smoke --results .build/smoke $(ARGS)

# In a directory of its own as well.
contact-sheet: build
	@$(priorlab) reproduce --all --profile smoke --results .build/contact-sheet $(ARGS)
	@$(priorlab) contact-sheet --results .build/contact-sheet

format:
	@swift format --in-place --parallel --recursive $(swift_sources)

lint:
	@swift format lint --strict --parallel --recursive $(swift_sources)
	@for file in $(shell_sources); do bash -n "$$file" || exit 1; done
	@if command -v shellcheck >/dev/null; then shellcheck $(shell_sources); fi
	@python3 -c 'import ast, sys; [ast.parse(open(f, encoding="utf-8").read(), f) for f in sys.argv[1:]]' $(python_sources)

clean:
	@rm -rf .build
