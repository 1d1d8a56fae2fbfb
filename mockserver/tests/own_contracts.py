"""Contracts that nobody wrote code for, and what is needed to talk to their mock."""

from __future__ import annotations

from pathlib import Path

from mockserver.tests.client import Client
from specs.init.command import text

PRINT_SHOP = text(Path("shop.yaml"))

FARMS = """openapi: 3.0.3
info: {title: Farms, version: "1"}
servers: [{url: https://example.com/api}]
security: [{key: []}]
paths:
  /farms:
    get:
      operationId: listFarms
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0}}
        - {name: crop, in: query, schema: {type: array, items: {type: string}}}
      responses:
        "200":
          description: Farms.
          content:
            application/json:
              schema:
                type: object
                required: [total, next, farms]
                properties:
                  total: {type: integer}
                  next: {type: string, nullable: true}
                  farms: {type: array, items: {$ref: "#/components/schemas/Farm"}}
    post:
      operationId: move
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Farm"}}}}
      responses:
        "201":
          description: Made.
          content: {application/json: {schema: {$ref: "#/components/schemas/Wrapped"}}}
        "409":
          description: Taken.
          content: {application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}}
        "422": {$ref: "#/components/responses/Wrong"}
  /farms/{farm}:
    parameters: [{name: farm, in: path, required: true, schema: {type: string}}]
    get:
      operationId: seed
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Farm"}}}
        4XX: {$ref: "#/components/responses/Wrong"}
    put:
      operationId: put-farm
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Farm"}}}}
      responses:
        "200":
          description: As it is now.
          content: {application/json: {schema: {$ref: "#/components/schemas/Farm"}}}
        "201":
          description: Made.
          content: {application/json: {schema: {$ref: "#/components/schemas/Farm"}}}
    patch:
      operationId: plan
      requestBody: {content: {application/merge-patch+json: {schema: {type: object}}}}
      responses:
        "200":
          description: As it is now.
          content: {application/json: {schema: {$ref: "#/components/schemas/Farm"}}}
        default: {description: No.}
    delete:
      operationId: delete
      responses: {"204": {description: Gone.}, "404": {description: It was not there.}}
  /farms/{farm}/jobs:
    parameters: [{name: farm, in: path, required: true, schema: {type: string}}]
    get:
      operationId: listJobs
      responses:
        "200":
          description: Jobs.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Job"}}
        "404": {description: No such farm.}
    post:
      operationId: createJob
      requestBody: {content: {application/x-www-form-urlencoded: {schema: {
        type: object, properties: {size: {type: integer}}}}}}
      responses:
        "201":
          description: Made.
          headers: {X-Farm-Rate: {required: true, schema: {type: integer, minimum: 5, maximum: 5}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}
        "404": {description: No such farm.}
  /farms/{farm}/jobs/{job}:
    parameters:
      - {name: farm, in: path, required: true, schema: {type: string}}
      - {name: job, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      operationId: getJob
      responses:
        "200":
          description: It.
          content: {application/json: {schema: {$ref: "#/components/schemas/Job"}}}
        "404": {description: No such job.}
    patch:
      operationId: commandJob
      requestBody: {content: {application/json: {schema: {type: object, properties: {
        do: {type: string}}}}}}
      responses:
        "200":
          description: Done.
          content: {application/json: {schema: {type: object, required: [ok], properties: {
            ok: {type: boolean, example: true}, state: {type: integer}}}}}
        "404": {description: No such job.}
        "423": {description: Not now.}
  /farms/{farm}/jobs/{job}/log:
    parameters:
      - {name: farm, in: path, required: true, schema: {type: string}}
      - {name: job, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      operationId: getLog
      responses:
        "200":
          description: It.
          content: {text/plain: {schema: {type: string}, example: all is well}}
        "404": {description: No such job.}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
  responses:
    Wrong:
      description: No.
      content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}
  schemas:
    Farm:
      type: object
      required: [farm]
      properties:
        farm: {type: string, pattern: "^[a-z]{4,8}$"}
        crop: {type: string, enum: [rye, oats]}
        acres: {type: integer, default: 3}
        owner: {type: object, properties: {name: {type: string}, age: {type: integer}}}
        updatedAt: {type: string, format: date-time, readOnly: true}
    Wrapped:
      type: object
      required: [farm]
      properties: {farm: {$ref: "#/components/schemas/Farm"}}
    Job:
      type: object
      required: [id, state]
      properties:
        id: {type: string, format: uuid, readOnly: true}
        state: {type: integer, enum: [1, 2, 3]}
        size: {type: integer}
      x-lifecycle:
        property: state
        key: id
        initial: [1]
        final: [3]
        refusal: "423"
        names: {1: New, 2: Held, 3: Over}
        transitions:
          - {source: 1, target: 2, trigger: commandJob, label: hold,
             guard: {properties: {do: {enum: [hold]}}, required: [do]}}
          - {source: 2, target: 3, trigger: commandJob, label: end,
             guard: {properties: {do: {enum: [end]}}, required: [do]}}
    Problem:
      type: object
      required: [title, status]
      properties: {title: {type: string}, status: {type: integer}}
"""

PLAIN = """openapi: 3.0.3
info: {title: Plain, version: "1"}
paths:
  /pets:
    get:
      operationId: listPets
      parameters: [{name: limit, in: query, schema: {type: integer, maximum: 9}}]
      responses:
        "200":
          description: Pets.
          content:
            application/json:
              schema: {type: array, minItems: 2, items: {$ref: "#/components/schemas/Pet"}}
        default:
          description: No.
          content: {application/json: {schema: {$ref: "#/components/schemas/Error"}}}
    post:
      operationId: createPet
      responses: {"204": {description: Thanks.}}
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: A pet.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Pet"}
              examples: {rex: {value: {id: 4, name: Rex, legs: 5}}}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, format: int64}
        name: {type: string, minLength: 3}
        legs: {type: integer, maximum: 4}
        mother: {$ref: "#/components/schemas/Pet"}
    Error:
      type: object
      required: [code, message]
      properties: {code: {type: integer}, message: {type: string}}
"""


def serve(tmp_path: Path, text: str, name: str = "own", **more: object) -> Client:
    """Return a client of a mock that plays the contract which *text* spells."""
    place = tmp_path / f"{name}.yaml"
    place.write_text(text)
    return Client(str(place), **more)


SHELF = """\
openapi: 3.0.3
info: {title: Shelf, version: "1"}
paths:
  /books:
    get:
      operationId: listBooks
      responses:
        "200":
          description: All books.
          content:
            application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Book"}}}
    post:
      operationId: createBook
      requestBody:
        content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
      responses:
        "201":
          description: Made.
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
  /books/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    get:
      operationId: getBook
      responses:
        "200":
          description: A book.
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
    delete:
      operationId: deleteBook
      responses: {"204": {description: Gone.}}
  /books/{id}/lend:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    post:
      operationId: lendBook
      responses:
        "200":
          description: Lent.
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
components:
  schemas:
    Book:
      type: object
      properties:
        id: {type: integer, readOnly: true}
        title: {type: string}
        state: {type: string, enum: [there, lent]}
      x-lifecycle:
        property: state
        key: id
        creators: [createBook]
        initial: [there]
        transitions:
          - {source: [there], target: lent, trigger: lendBook}
"""
"""A small contract with a lifecycle: books can be made, read, listed, lent and deleted."""
