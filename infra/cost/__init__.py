"""What the platform costs in Google Cloud: from the manifest, measured processor time and list prices.

    manifest → workload   how often each function is called → prices → bill, a line for each of Google's services

`./deploy.sh cost --rps 20` prints it with the formula of each line.
"""
