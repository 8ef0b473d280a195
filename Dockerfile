# The image of docker-compose.yaml: Airflow, the pinned packages and the product, all below /opt/airflow.

# slim is Airflow alone: the regular image brings a hundred packages whose versions ours would contradict.
FROM apache/airflow:slim-3.3.2-python3.11 AS product

COPY --chown=airflow:root requirements-image.txt ./
RUN pip install --no-cache-dir --no-deps --requirement requirements-image.txt

COPY --chown=airflow:root pyproject.toml README.md LICENSE ./
COPY --chown=airflow:root plugins/ plugins/
COPY --chown=airflow:root dags/ dags/
COPY --chown=airflow:root sql/ sql/
COPY --chown=airflow:root config/ config/

# Editable: the package finds sql/ and config/ beside plugins/, and Airflow learns of the connection type.
# The folders are made here, with owner and mode: a new volume takes both from the image.
RUN pip install --no-cache-dir --no-deps --editable . \
    && install --directory --mode 0700 staging

# The product, with what stands in for a warehouse and for Startdeliver.
FROM product AS demo

COPY --chown=airflow:root demo/ demo/
COPY --chown=airflow:root sandbox/ sandbox/
RUN install --directory --mode 0700 sandbox-data
