"""Writes test/golden/torch/: small networks as torch.save writes them, and what PyTorch says of a few rows.

The networks have random weights: what is compared is arithmetic. Expected errors are computed by PyTorch in float64 with
the weights of the file (`float64`), and in the float32 that it uses by default (`float32`).

    pip install torch==2.15.0 && python test/golden/torch_networks.py
"""

import json
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent / "torch"
HERE.mkdir(exist_ok=True)
torch.manual_seed(20)
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "leaky_relu": nn.LeakyReLU}


def network(inputs, encoder, narrow, activation, normalised=False):
    sizes = [inputs, *encoder, narrow, *reversed(encoder)]
    modules = []
    for i in range(len(sizes) - 1):
        modules.append(nn.Linear(sizes[i], sizes[i + 1]))
        if normalised:
            modules.append(nn.BatchNorm1d(sizes[i + 1]))
        modules.append(ACTIVATIONS[activation]())
        # No dropout behind the narrowest layer.
        if i != len(encoder):
            modules.append(nn.Dropout(0.2))
    modules.append(nn.Linear(sizes[-1], inputs))
    return nn.Sequential(*modules)


def errors(model, rows, dtype):
    model = model.to(dtype).eval()
    x = rows.to(dtype)
    with torch.no_grad():
        return ((x - model(x)) ** 2).mean(dim=1).double().tolist()


def saved(model, encoder, narrow, activation, **more):
    return {
        "model_state_dict": model.state_dict(),
        "threshold": 0.0137,
        "input_dim": model[0].in_features,
        "encoder_dims": encoder,
        "bottleneck_dim": narrow,
        "activation": activation,
        "dropout": 0.2,
        "training_history": {"train_loss": [0.5, 0.25], "val_loss": [0.5, 0.3]},
        **more,
    }


rows = torch.rand(6, 4)
expected = {"torch": torch.__version__.split("+")[0], "rows": rows.double().tolist(), "errors": {}}


def case(name, model, content):
    torch.save(content, HERE / f"{name}.pth")
    expected["errors"][name] = {"float64": errors(model, rows, torch.float64), "float32": errors(model, rows, torch.float32)}


for activation in ACTIVATIONS:
    model = network(4, [6, 5], 3, activation)
    case(activation, model, saved(model, [6, 5], 3, activation))

model = network(4, [5], 2, "tanh", normalised=True)
model.train()
for _ in range(20):
    model(torch.rand(32, 4) * 3)
case("normalised", model, saved(model, [5], 2, "tanh", features=["a", "b", "c", "d"]))

# Views: the weights lie transposed in one storage with other things; half floats; the threshold as a tensor, negative.
model = network(4, [], 2, "relu")
storage = torch.rand(40) - 0.5
with torch.no_grad():
    model[0].weight.copy_(storage[3:11].view(4, 2).t())
state = model.state_dict()
state["0.weight"] = storage[3:11].view(4, 2).t()
case("views", model, saved(model, [], 2, "relu", model_state_dict=state, threshold=torch.tensor(-0.25)))

model = network(4, [], 2, "relu").half()
content = saved(model, [], 2, "relu")
case("half", model, content)
model = network(4, [], 2, "relu").bfloat16()
case("brain", model, saved(model, [], 2, "relu", threshold=None))

# Files that are refused.
model = network(4, [], 2, "relu")
torch.save(model.state_dict(), HERE / "bare.pth")
torch.save(model, HERE / "module.pth")
torch.save(saved(model, [], 2, "relu"), HERE / "before-1.6.pth", _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(model), HERE / "scripted.pth")
parts = OrderedDict((f"{'encoder' if k.startswith('0') else 'decoder'}.{k}", v) for k, v in model.state_dict().items())
torch.save(saved(model, [], 2, "relu", model_state_dict=parts), HERE / "parts.pth")

(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
