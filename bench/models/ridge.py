"""scikit-learn's Ridge on the arrays of ridge.ts."""
import sklearn
from sklearn.linear_model import Ridge

from peer import array, serve

x = array("x", 20)
y = array("y")
model = Ridge().fit(x, y)
serve(
    f"scikit-learn {sklearn.__version__}",
    {"fit, 100,000 × 20": lambda: Ridge().fit(x, y), "score, 100,000 × 20": lambda: model.predict(x)},
)
