"""`python -m infra.local`: what `./deploy.sh local` starts."""

import sys

from infra.local.supervisor import main

if __name__ == "__main__":
    sys.exit(main())
